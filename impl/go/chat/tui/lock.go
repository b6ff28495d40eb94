package tui

// forget drops everything that was read or written.
func (m *model) forget() {
	face, zone, secret, width, height, life := m.face, m.zone, m.secret, m.width, m.height, m.life
	*m = *newModel(secret, zone)
	m.face, m.width, m.height, m.life = face, width, height, life
	m.locked = true
	m.dialog = &dialog{kind: askSecret, editor: &editor{secret: true, single: true}}
}

func (m *model) lock() []effect {
	m.forget()
	m.busy = "forgetting the keys"
	return []effect{lock{}}
}

func (m *model) afterLock(msg lockMsg) []effect {
	m.busy = ""
	if msg.err != nil {
		m.complain(msg.err)
	}
	return nil
}

func (m *model) afterUnlock(msg unlockMsg) []effect {
	m.busy = ""
	if msg.err != nil {
		m.complain(msg.err)
		return nil
	}
	m.locked, m.dialog = false, nil
	m.life++
	return m.start()
}
