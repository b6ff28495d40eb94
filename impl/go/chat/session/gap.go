package session

// devRecord counts the messages of one client of a peer (KEZ-MSG-014, 016).
type devRecord struct {
	Next    int64      `json:"next"`
	Missing [][2]int64 `json:"missing,omitempty"` // ranges, both ends included
}

// Bounds of what a peer can make a history remember.
const (
	maxDevs = 64
	maxGaps = 256
)

// arrived counts a message in. One that comes late fills its gap.
func (d *devRecord) arrived(ctr int64) {
	switch {
	case ctr > d.Next:
		d.Missing = append(d.Missing, [2]int64{d.Next, ctr - 1})
		d.Missing = d.Missing[max(0, len(d.Missing)-maxGaps):]
		d.Next = ctr + 1
	case ctr == d.Next:
		d.Next++
	default:
		d.fill(ctr)
	}
}

func (d *devRecord) fill(ctr int64) {
	var left [][2]int64
	for _, gap := range d.Missing {
		if ctr < gap[0] || ctr > gap[1] {
			left = append(left, gap)
			continue
		}
		if gap[0] < ctr {
			left = append(left, [2]int64{gap[0], ctr - 1})
		}
		if ctr < gap[1] {
			left = append(left, [2]int64{ctr + 1, gap[1]})
		}
	}
	d.Missing = left[max(0, len(left)-maxGaps):]
}

// before gives how many messages are missing directly before one.
func (d *devRecord) before(ctr int64) int64 {
	for _, gap := range d.Missing {
		if gap[1] == ctr-1 {
			return gap[1] - gap[0] + 1
		}
	}
	return 0
}

// count counts a message of a peer in, where it has a number.
func (p *peerRecord) count(dev string, ctr int64) {
	if dev == "" {
		return
	}
	d := p.Devs[dev]
	if d == nil {
		if len(p.Devs) == maxDevs {
			return
		}
		if p.Devs == nil {
			p.Devs = map[string]*devRecord{}
		}
		d = &devRecord{}
		p.Devs[dev] = d
	}
	d.arrived(ctr)
}

// missing gives how many messages of a peer are known to be missing.
func (p *peerRecord) missing() (n int64) {
	for _, d := range p.Devs {
		for _, gap := range d.Missing {
			n += gap[1] - gap[0] + 1
		}
	}
	return n
}
