package database

// Queued tells how many jobs wait for the writer.
func (db *DB) Queued() int { return len(db.jobs) }
