package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Secret says where a password comes from; the file never holds one. It has
// no String method that could show it, and is read anew each time, so that a
// changed 授权码 needs no restart.
type Secret struct {
	Env        string // an environment variable's name
	File       string // a file whose first line it is
	Credential string // a systemd credential's name
}

// IsSet reports whether any source is named.
func (s Secret) IsSet() bool { return s != Secret{} }

// Read fetches the password.
func (s Secret) Read() (string, error) {
	path := s.File
	switch {
	case s.Env != "":
		v := os.Getenv(s.Env)
		if v == "" {
			return "", fmt.Errorf("password: environment variable %s is not set", s.Env)
		}
		return v, nil
	case s.Credential != "":
		dir := os.Getenv("CREDENTIALS_DIRECTORY")
		if dir == "" {
			return "", fmt.Errorf("password: credential %q: not started by systemd with LoadCredential", s.Credential)
		}
		path = filepath.Join(dir, s.Credential)
	case s.File == "":
		return "", fmt.Errorf("password: no source is configured")
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("password: %w", err)
	}
	line, _, _ := strings.Cut(string(raw), "\n")
	line = strings.TrimRight(line, "\r")
	if line == "" {
		return "", fmt.Errorf("password: file %q is empty", path)
	}
	return line, nil
}

func (r *reader) secret(n *yaml.Node, key string, s *Secret) {
	const mend = "写成 {env: 变量名}、{file: 文件名} 或 {credential: 凭据名}"
	if n.Kind != yaml.MappingNode {
		// The fault must not print the line: the password stands in it.
		r.faults = append(r.faults, Fault{File: r.file, Line: n.Line, Column: n.Column, Key: key, What: "密码（授权码）不得直接写在配置文件里", Mend: mend})
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		switch k.Value {
		case "env":
			s.Env = v.Value
		case "file":
			s.File = v.Value
		case "credential":
			s.Credential = v.Value
		default:
			r.fault(here(k), key+"."+k.Value, "没有这个键", mend)
		}
	}
	if !s.IsSet() {
		r.fault(here(n), key, "没有写明密码的来源", mend)
	}
}
