package entity

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxLabelRunes is the longest label that is encoded: DNS allows 63 bytes.
const maxLabelRunes = 63

// hostName returns a host name in lower case, without dots at the end, and with
// its international labels in the form of RFC 5891 (xn--). Letters of full width
// become ordinary ones, and the dots of Chinese and Japanese ordinary dots. This
// is the part of UTS 46 that names in logs need, without its tables: what Unicode
// can compose is not composed (an é of two code points is not an é of one), and
// both small sigmas are one letter. A name that is not UTF-8, and a label that is
// too long for DNS, are only brought into lower case.
func hostName(s string) string {
	s = foldCase(strings.TrimRightFunc(s, isDotOrSpace))
	if isASCII(s) || !utf8.ValidString(s) {
		return s
	}
	s = strings.TrimRightFunc(foldCase(strings.Map(narrow, s)), isDotOrSpace)
	if isASCII(s) {
		return s
	}
	b := make([]byte, 0, len(s)+len("xn--"))
	for label := range strings.SplitSeq(s, ".") {
		if len(b) > 0 {
			b = append(b, '.')
		}
		if isASCII(label) || utf8.RuneCountInString(label) > maxLabelRunes {
			b = append(b, label...)
		} else {
			b = appendPunycode(append(b, "xn--"...), []rune(label))
		}
	}
	return string(b)
}

func isDotOrSpace(r rune) bool { return r == '.' || unicode.IsSpace(r) }

// narrow maps the letters, digits, hyphen and full stop of full width to those
// of ASCII, and the ideographic full stops too (RFC 3490, section 3.1).
func narrow(r rune) rune {
	switch {
	case r == '。' || r == '｡':
		return '.'
	case r >= '０' && r <= '９', r >= 'Ａ' && r <= 'Ｚ', r >= 'ａ' && r <= 'ｚ', r == '．', r == '－':
		return r - '！' + '!'
	}
	return r
}

// appendPunycode appends a label in the encoding of RFC 3492, section 6.3.
func appendPunycode(dst []byte, label []rune) []byte {
	const base, initialBias, initialN = 36, 72, 128
	basic := 0
	for _, r := range label {
		if r < initialN {
			dst = append(dst, byte(r))
			basic++
		}
	}
	if basic > 0 {
		dst = append(dst, '-')
	}
	n, delta, bias := rune(initialN), 0, initialBias
	for done := basic; done < len(label); n++ {
		next := rune(utf8.MaxRune)
		for _, r := range label {
			if r >= n {
				next = min(next, r)
			}
		}
		delta += int(next-n) * (done + 1)
		n = next
		for _, r := range label {
			if r < n {
				delta++
			}
			if r != n {
				continue
			}
			q := delta
			for k := base; ; k += base {
				t := min(max(k-bias, 1), 26)
				if q < t {
					break
				}
				dst = append(dst, punycodeDigit(t+(q-t)%(base-t)))
				q = (q - t) / (base - t)
			}
			dst = append(dst, punycodeDigit(q))
			bias = adaptBias(delta, done+1, done == basic)
			delta = 0
			done++
		}
		delta++
	}
	return dst
}

func punycodeDigit(d int) byte { return "abcdefghijklmnopqrstuvwxyz0123456789"[d] }

// adaptBias is section 6.1 of RFC 3492.
func adaptBias(delta, points int, first bool) int {
	if first {
		delta /= 700
	} else {
		delta /= 2
	}
	delta += delta / points
	k := 0
	for ; delta > (36-1)*26/2; k += 36 {
		delta /= 36 - 1
	}
	return k + 36*delta/(delta+38)
}
