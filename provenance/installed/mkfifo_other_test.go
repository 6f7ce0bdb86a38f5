//go:build !unix

package installed

func mkfifo(string) error { return nil }
