package form

import "sync"

// memo keeps what a pure function made of the few arguments that come again
// with each table: counties send the same headers and the same number formats
// month after month. It lasts as long as the program, and begins anew when it
// is full, so that no letter can fill the memory.
type memo[K comparable, V any] struct {
	mu   sync.RWMutex
	made map[K]V
}

// memoSize bounds how many results one memo keeps.
const memoSize = 4096

// of is make(key), kept.
func (m *memo[K, V]) of(key K, make func(K) V) V {
	m.mu.RLock()
	v, ok := m.made[key]
	m.mu.RUnlock()
	if ok {
		return v
	}
	v = make(key)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.made == nil || len(m.made) >= memoSize {
		m.made = map[K]V{}
	}
	m.made[key] = v
	return v
}
