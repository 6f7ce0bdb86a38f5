package sbom

import (
	"strings"

	"github.com/pysbom/pysbom/provenance/inventory"
)

// Licences returns l with strings that every format can hold. What is no
// expression, or no identifier, becomes a name.
func Licences(l inventory.Licences) inventory.Licences {
	out := inventory.Licences{Source: inventory.Line(l.Source)}
	expression := inventory.Line(l.Expression)
	if isExpression(expression) {
		out.Expression = expression
		return out
	}
	if expression != "" {
		out.Listed = append(out.Listed, inventory.Licence{Name: expression})
	}
	for _, one := range l.Listed {
		one.Name, one.Text = inventory.Line(one.Name), inventory.Text(one.Text)
		if one.ID != "" && LicenceID(one.ID) == "" {
			one.ID, one.Name = "", inventory.Line(one.ID+" "+one.Name)
		}
		if one.ID == "" && one.Name == "" {
			one.Name = firstLine(one.Text)
		}
		if one.ID != "" || one.Name != "" {
			out.Listed = append(out.Listed, one)
		}
	}
	return out
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return strings.TrimSpace(line)
}

// LicenceID returns the SPDX identifier that expression is, "" if it is more
// or less than one.
func LicenceID(expression string) string {
	if isLicenceID(expression) && !strings.HasPrefix(expression, "LicenseRef-") {
		return expression
	}
	return ""
}

// isLicenceID reports whether s has the form of a licence identifier or of a
// LicenseRef; SPDX's words for none and for unknown are neither. Whether the
// identifier exists is the inventory's business.
func isLicenceID(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; !isLetter(c) && !isDigit(c) && c != '.' && c != '-' {
			return isOldPlus(s)
		}
	}
	return s != "" && !isOperator(s) && s != "NONE" && s != "NOASSERTION"
}

// isOldPlus reports whether s is one of the identifiers that end with a plus;
// elsewhere it is an operator.
func isOldPlus(s string) bool {
	base, ok := strings.CutSuffix(s, "+")
	return ok && (strings.HasPrefix(base, "GPL-") || strings.HasPrefix(base, "LGPL-") ||
		strings.HasPrefix(base, "AGPL-") || strings.HasPrefix(base, "GFDL-")) && isLicenceID(base)
}

func isOperator(s string) bool { return s == "AND" || s == "OR" || s == "WITH" }

// isExpression reports whether s has the form of an SPDX licence expression:
// operands between operators, balanced brackets.
func isExpression(s string) bool {
	depth, wantOperand := 0, true
	for token := range expressionTokens(s) {
		switch {
		case token == "(":
			depth++
			if !wantOperand {
				return false
			}
		case token == ")":
			depth--
			if wantOperand || depth < 0 {
				return false
			}
		case isOperator(token):
			if wantOperand {
				return false
			}
			wantOperand = true
		default:
			if !wantOperand || !isOperand(token) {
				return false
			}
			wantOperand = false
		}
	}
	return !wantOperand && depth == 0
}

func isOperand(token string) bool {
	return isLicenceID(strings.TrimSuffix(token, "+"))
}

// LicenseRefs calls yield with each LicenseRef-… in expression.
func LicenseRefs(expression string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for token := range expressionTokens(expression) {
			if strings.HasPrefix(token, "LicenseRef-") && !yield(token) {
				return
			}
		}
	}
}

// expressionTokens calls yield with the brackets and words of s.
func expressionTokens(s string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for s != "" {
			n := strings.IndexAny(s, " ()")
			switch {
			case n < 0:
				n = len(s)
			case n == 0:
				n = 1
			}
			if s[:n] != " " && !yield(s[:n]) {
				return
			}
			s = s[n:]
		}
	}
}
