package sheet

import (
	"slices"
	"strings"
)

// besideThreads moves comments from cells that have a conversation to the
// nearest free cell to the right, and says there which cell they are about.
//
// QUIRK: Excel 365 keeps a conversation (批注) in a part of its own, and beside
// it an ordinary comment (备注) for older programs, which itself no longer
// shows. What were written into that would be seen by WPS alone; and nobody
// may put words into somebody's conversation.
func (p *parcel) besideThreads(rels map[string]relation, marks []spot) ([]spot, error) {
	talks := map[string]bool{}
	for _, r := range rels {
		if strings.HasSuffix(r.kind, "/threadedComment") {
			if err := p.commented(r.target, "threadedComment", talks); err != nil {
				return nil, err
			}
		}
	}
	if len(talks) == 0 {
		return marks, nil
	}
	taken := map[string]bool{}
	if texts := ofKind(rels, "/comments"); texts != "" {
		if err := p.commented(texts, "comment", taken); err != nil {
			return nil, err
		}
	}
	for _, s := range marks {
		taken[CellName(s.col, s.row)] = true
	}
	marks = slices.Clone(marks)
	for i, s := range marks {
		if !talks[CellName(s.col, s.row)] {
			continue
		}
		at := s
		for at.col++; at.col < sheetCols && (taken[CellName(at.col, at.row)] || talks[CellName(at.col, at.row)]); {
			at.col++
		}
		if at.col >= sheetCols {
			return nil, &Error{Code: "unsupported", Detail: "a row of conversations without a free cell"}
		}
		at.text = "（" + CellName(s.col, s.row) + "格）" + s.text
		taken[CellName(at.col, at.row)] = true
		marks[i] = at
	}
	return marks, nil
}

// commented gathers the cells that the comments of a part are on.
func (p *parcel) commented(part, element string, cells map[string]bool) error {
	x, err := p.source(part)
	if err != nil {
		return err
	}
	for {
		switch t, err := x.next(); {
		case err != nil:
			return partError(part, err)
		case t == xmlEOF:
			return nil
		case t == xmlStart && string(x.name) == element:
			cells[x.attr("ref")] = true
		}
	}
}
