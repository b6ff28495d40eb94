package gen

import "strings"

const bech32Letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"

// The constants that end the checksum of BIP-173 and BIP-350.
const (
	bech32Const  = 1
	bech32mConst = 0x2bc830a3
)

func npub(key []byte) string { return bech32("npub", key, bech32Const) }
func nsec(key []byte) string { return bech32("nsec", key, bech32Const) }

func bech32(hrp string, data []byte, constant uint32) string {
	return bech32Digits(hrp, fives(data), constant)
}

// fives cuts bytes into groups of five bits, the last filled with zeros.
func fives(data []byte) []byte {
	var out []byte
	acc, bits := 0, 0
	for _, b := range data {
		acc, bits = acc<<8|int(b), bits+8
		for bits >= 5 {
			bits -= 5
			out = append(out, byte(acc>>bits&31))
		}
	}
	if bits > 0 {
		out = append(out, byte(acc<<(5-bits)&31))
	}
	return out
}

func bech32Digits(hrp string, digits []byte, constant uint32) string {
	values := []byte{}
	for _, c := range []byte(hrp) {
		values = append(values, c>>5)
	}
	values = append(values, 0)
	for _, c := range []byte(hrp) {
		values = append(values, c&31)
	}
	values = append(values, digits...)
	check := polymod(append(values, 0, 0, 0, 0, 0, 0)) ^ constant
	var b strings.Builder
	b.WriteString(hrp + "1")
	for _, d := range digits {
		b.WriteByte(bech32Letters[d])
	}
	for i := range 6 {
		b.WriteByte(bech32Letters[check>>(5*(5-i))&31])
	}
	return b.String()
}

func polymod(values []byte) uint32 {
	check := uint32(1)
	for _, v := range values {
		top := check >> 25
		check = check&0x1ffffff<<5 ^ uint32(v)
		for i, g := range []uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
			if top>>i&1 == 1 {
				check ^= g
			}
		}
	}
	return check
}
