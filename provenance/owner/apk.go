package owner

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"strings"

	"github.com/pysbom/pysbom/provenance"
)

// loadApk reads the database of apk, the package manager of Alpine Linux: from
// version 3 on, and with a merged usr, it may lie below usr.
func loadApk(l *loader) {
	for _, name := range []string{"lib/apk/db/installed", "usr/lib/apk/db/installed"} {
		if text, ok := l.text(name, maxRecord); ok {
			l.openSystem()
			for text != "" {
				text = l.apkPackage(text, name)
			}
			return
		}
	}
}

// apkPackage reads the first package of text and returns what follows it. A
// line is a letter, a colon and a value: F opens a directory, R names a file
// in it, a and Z say more of that file. An S in f says that the digests are not
// of SHA-1: packages of apk 3 have them so.
func (l *loader) apkPackage(text, record string) string {
	p := &Package{
		Type: "apk", Distro: l.release.distro(), Database: "apk", Record: l.path(record),
		Origin: provenance.Origin{Kind: provenance.KindOSPackage},
	}
	var dir string
	var at apkFile
	owns, truncated := false, false
	flush := func() {
		if at.name != "" && p.Name != "" {
			if name, ok := l.wanted(dir + at.name); ok {
				owns = l.put(p, name, at.content(truncated)) || owns
			}
		}
		at = apkFile{}
	}
	for text != "" {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		if line == "" {
			break
		}
		key, value, _ := strings.Cut(line, ":")
		switch key {
		case "F":
			flush()
			if dir = value; dir != "" {
				dir += "/"
			}
		case "R":
			flush()
			at.name = value
		case "f":
			truncated = strings.Contains(value, "S")
		case "a":
			at.mode = value
		case "Z":
			at.digest = value
		default:
			p.apkField(key, value)
		}
	}
	p.PURL = systemPURL(p, l.release)
	flush()
	if owns {
		l.keep(p)
	}
	return text
}

func (p *Package) apkField(key, value string) {
	switch key {
	case "P":
		p.Name = clean(value)
	case "V":
		p.Version = clean(value)
	case "A":
		p.Arch = clean(value)
	case "o":
		p.Source = clean(value)
	case "m":
		p.Maintainer = clean(value)
	case "U":
		p.Homepage = cleanURL(value)
	case "L":
		p.Licence = clean(value)
	}
}

// apkFile is one file of the database: mode is "UID:GID:MODE" and more, absent
// for the usual, and digest has two characters before its base64.
type apkFile struct{ name, mode, digest string }

// content returns the digest of the file's content. What has all permissions
// is a link as a rule; its digest is of the path that it leads to.
func (f apkFile) content(truncated bool) string {
	encoded, ok := strings.CutPrefix(f.digest, "Q1")
	if mode := strings.Split(f.mode, ":"); !ok || len(mode) > 2 && mode[2] == "777" {
		return ""
	}
	b, err := base64.StdEncoding.DecodeString(encoded)
	switch {
	case err != nil || len(b) != sha1.Size:
		return ""
	case truncated:
		return truncatedSHA256 + ":" + hex.EncodeToString(b)
	}
	return hex.EncodeToString(b)
}
