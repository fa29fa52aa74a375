// SPDX-License-Identifier: ISC
// settings_apps - ini files read by go-ini, and a mail sent with what they say by Go's net/smtp
//
// Gitea and Grafana are not in Debian. What they stand on is: go-ini reads the file with their options, and what they
// then do is short enough to be done here.
//
// usage: settings_apps gitea|grafana read FILE       every key, as JSON of octets in base64
//
//	settings_apps gitea|grafana send TO FILE... a mail by each; a failure is a line on standard error
package main

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/smtp"
	"os"
	"regexp"
	"strings"

	"gopkg.in/ini.v1"
)

type sending struct {
	host, port, user, password, from, envelope, helo string
	tls, starttls, must, anyCertificate              bool
}

func gitea(file *ini.File) (s sending, err error) {
	m := file.Section("mailer")
	if !m.Key("ENABLED").MustBool() {
		return s, errors.New("not enabled")
	}
	s.host, s.port = m.Key("SMTP_ADDR").String(), m.Key("SMTP_PORT").String()
	s.user, s.password = m.Key("USER").String(), m.Key("PASSWD").String()
	protocol := m.Key("PROTOCOL").In("", []string{"smtp", "smtps", "smtp+starttls"})
	if s.host == "" && m.HasKey("HOST") {
		if s.host, s.port, err = net.SplitHostPort(m.Key("HOST").String()); err != nil {
			return s, err
		}
	}
	if protocol == "" && m.HasKey("IS_TLS_ENABLED") {
		protocol = "smtp+starttls"
		if m.Key("IS_TLS_ENABLED").MustBool() {
			protocol = "smtps"
		}
	}
	ports := map[string]string{"smtp": "25", "smtps": "465", "smtp+starttls": "587"}
	if s.port == "" {
		s.port = ports[protocol]
	}
	for name, port := range ports {
		if protocol == "" && port == s.port {
			protocol = name
		}
	}
	s.tls, s.starttls = protocol == "smtps" || protocol == "", protocol == "smtp+starttls"
	s.helo = m.Key("HELO_HOSTNAME").String()
	s.anyCertificate = m.Key("FORCE_TRUST_SERVER_CERT").MustBool()
	s.from = m.Key("FROM").MustString(s.user)
	s.envelope = m.Key("ENVELOPE_FROM").String()
	return s, nil
}

var reference = regexp.MustCompile(`\$(|__\w+){([^}]+)}`)

func expand(value, kind string, lookUp func(string) string) string {
	for _, m := range reference.FindAllStringSubmatch(value, -1) {
		if m[1] == "__"+kind || (m[1] == "" && kind == "env") {
			value = strings.Replace(value, m[0], lookUp(m[2]), 1)
		}
	}
	return value
}

func grafana(file *ini.File) (s sending, err error) {
	m := file.Section("smtp")
	for _, key := range m.Keys() {
		if value := os.Getenv("GF_SMTP_" + strings.ToUpper(key.Name())); value != "" {
			key.SetValue(value)
		}
		key.SetValue(expand(key.Value(), "env", os.Getenv))
		key.SetValue(expand(key.Value(), "file", func(path string) string {
			octets, failed := os.ReadFile(path)
			if failed != nil {
				err = failed
			}
			return strings.TrimSpace(string(octets))
		}))
	}
	if err != nil || !m.Key("enabled").MustBool(false) {
		return s, fmt.Errorf("not enabled, or %v", err)
	}
	if s.host, s.port, err = net.SplitHostPort(m.Key("host").MustString("localhost:25")); err != nil {
		return s, err
	}
	policy := m.Key("startTLS_policy").String()
	s.user, s.password = m.Key("user").String(), m.Key("password").String()
	s.tls, s.starttls, s.must = s.port == "465", policy != "NoStartTLS", policy == "MandatoryStartTLS"
	s.helo, s.from = m.Key("ehlo_identity").String(), m.Key("from_address").MustString("admin@grafana.localhost")
	s.anyCertificate = m.Key("skip_verify").MustBool(false)
	return s, nil
}

type login struct{ user, password string }

func (l login) Start(*smtp.ServerInfo) (string, []byte, error) { return "LOGIN", nil, nil }
func (l login) Next(said []byte, more bool) ([]byte, error) {
	if strings.HasPrefix(strings.ToLower(string(said)), "user") {
		return []byte(l.user), nil
	}
	return []byte(l.password), nil
}

func (s sending) authenticate(c *smtp.Client) error {
	can, methods := c.Extension("AUTH")
	switch {
	case s.user == "" || !can:
		return nil
	case strings.Contains(methods, "CRAM-MD5"):
		return c.Auth(smtp.CRAMMD5Auth(s.user, s.password))
	case strings.Contains(methods, "PLAIN"):
		return c.Auth(smtp.PlainAuth("", s.user, s.password, s.host))
	}
	return c.Auth(login{s.user, s.password})
}

func (s sending) send(to string) error {
	config := &tls.Config{ServerName: s.host, InsecureSkipVerify: s.anyCertificate}
	connection, err := net.Dial("tcp", net.JoinHostPort(s.host, s.port))
	if err != nil {
		return err
	}
	defer connection.Close()
	if s.tls {
		connection = tls.Client(connection, config)
	}
	c, err := smtp.NewClient(connection, s.host)
	if err != nil {
		return err
	}
	if s.helo != "" {
		if err = c.Hello(s.helo); err != nil {
			return err
		}
	}
	if offered, _ := c.Extension("STARTTLS"); !s.tls && s.starttls && offered {
		err = c.StartTLS(config)
	} else if !s.tls && s.must {
		err = errors.New("no STARTTLS")
	}
	if err != nil {
		return err
	}
	if err = s.authenticate(c); err != nil {
		return err
	}
	from, err := mail.ParseAddress(s.from)
	if err != nil {
		return err
	}
	if s.envelope == "" {
		s.envelope = from.Address
	}
	if err = c.Mail(strings.Trim(s.envelope, "<>")); err != nil {
		return err
	}
	if err = c.Rcpt(to); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "From: %s\r\nTo: %s\r\nSubject: Test\r\n\r\nTest\r\n", from, to)
	if err = w.Close(); err != nil {
		return err
	}
	return c.Quit()
}

func load(program, path string) (*ini.File, error) {
	return ini.LoadSources(ini.LoadOptions{IgnoreContinuation: program == "gitea"}, path)
}

func read(program, path string) {
	keys := map[string][]byte{}
	file, err := load(program, path)
	if err != nil {
		fmt.Println("null")
		return
	}
	for _, section := range file.Sections() {
		for _, key := range section.Keys() {
			name := section.Name()
			if name == ini.DefaultSection {
				name = ""
			}
			keys[name+"\n"+key.Name()] = []byte(key.Value())
		}
	}
	document, _ := json.Marshal(keys)
	fmt.Println(string(document))
}

func main() {
	program, verb := os.Args[1], os.Args[2]
	if verb == "read" {
		for _, path := range os.Args[3:] {
			read(program, path)
		}
		return
	}
	for i := 3; i+1 < len(os.Args); i += 2 {
		file, err := load(program, os.Args[i+1])
		var s sending
		if err == nil && program == "gitea" {
			s, err = gitea(file)
		} else if err == nil {
			s, err = grafana(file)
		}
		if err == nil {
			err = s.send(os.Args[i])
		}
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", os.Args[i+1], err)
		}
	}
}
