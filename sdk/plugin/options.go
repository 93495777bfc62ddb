package plugin

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stormlock/stormlock/sdk"
	"github.com/stormlock/stormlock/sdk/nearmiss"
)

// keyPattern is in lower case, as keys come from the configuration file, and
// leaves out what an INI file cannot spell.
var keyPattern = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// ValidKey reports whether a backend can have a configuration key of this name:
// lower-case letters, digits and underscores, a letter first, at most 100 in all.
func ValidKey(key string) bool { return len(key) <= maxKey && keyPattern.MatchString(key) }

// options reads the tags of a configuration struct. Its errors are the
// author's mistakes.
func options(t reflect.Type) ([]Option, error) {
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("configuration type %s is not a struct", t)
	}
	var opts []Option
	for f := range t.Fields() {
		opt, err := option(f)
		if err != nil {
			return nil, fmt.Errorf("configuration type %s: field %s: %w", t, f.Name, err)
		}
		opts = append(opts, opt)
	}
	if key, clash := sharedSpelling(opts); clash {
		return nil, fmt.Errorf("configuration type %s: key %q would set two fields", t, key)
	}
	return opts, nil
}

func option(f reflect.StructField) (Option, error) {
	opt := Option{
		Key:      f.Tag.Get("key"),
		Help:     f.Tag.Get("help"),
		Default:  f.Tag.Get("default"),
		Required: f.Tag.Get("required") == "true",
		Secret:   f.Tag.Get("secret") == "true",
		mayEmpty: f.Tag.Get("empty") == "true",
	}
	if !f.IsExported() || !keyPattern.MatchString(opt.Key) {
		return opt, fmt.Errorf("needs to be exported and to have a tag key:%q that matches %s", opt.Key, keyPattern)
	}
	scratch := reflect.New(f.Type).Elem()
	if err := set(scratch, opt.Default); opt.Default != "" && err != nil {
		return opt, fmt.Errorf("default: %w", err)
	}
	if !settable(f.Type) {
		return opt, fmt.Errorf("type %s is not string, int, bool or time.Duration", f.Type)
	}
	return opt, nil
}

// sharedSpelling finds a key that two options would read. As a secret has three,
// keys that differ may meet: "url_env" is also a spelling of a secret "url".
func sharedSpelling(opts []Option) (key string, found bool) {
	taken := map[string]bool{}
	for _, opt := range opts {
		for _, key := range spellings(opt) {
			if taken[key] {
				return key, true
			}
			taken[key] = true
		}
	}
	return "", false
}

// spellings are the keys under which an option's value is looked for.
func spellings(opt Option) []string {
	if opt.Secret {
		return []string{opt.Key, opt.Key + "_file", opt.Key + "_env"}
	}
	return []string{opt.Key}
}

// decode fills a configuration struct from the backend's section.
func decode(config map[string]string, into reflect.Value) error {
	opts, err := options(into.Type())
	if err != nil {
		return err
	}
	if err := checkKeys(config, opts); err != nil {
		return err
	}
	for i, opt := range opts {
		value, given, err := lookUp(config, opt)
		if err != nil {
			return err
		}
		if opt.Required && value == "" {
			return &sdk.ConfigError{Key: opt.Key, Message: "is required: " + opt.Help}
		}
		if !given && value == "" {
			continue
		}
		if err := set(into.Field(i), value); err != nil {
			return &sdk.ConfigError{Key: opt.Key, Message: err.Error()}
		}
	}
	return nil
}

func checkKeys(config map[string]string, opts []Option) error {
	known := map[string]bool{}
	for _, opt := range opts {
		for _, key := range spellings(opt) {
			known[key] = true
		}
	}
	for _, key := range slices.Sorted(maps.Keys(config)) {
		if !known[key] {
			return &sdk.ConfigError{Key: key, Message: "is not known to this backend; " + suggestion(key, opts)}
		}
	}
	return nil
}

func suggestion(key string, opts []Option) string {
	var known []string
	for _, opt := range opts {
		known = append(known, opt.Key)
	}
	if near, ok := nearmiss.Find(key, known); ok {
		return fmt.Sprintf("did you mean %q?", near)
	}
	if len(known) == 0 {
		return "it has no keys"
	}
	return "it knows " + strings.Join(known, ", ")
}

func settable(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.String, reflect.Bool, reflect.Int, reflect.Int64:
		return true
	}
	return false
}

var durationType = reflect.TypeFor[time.Duration]()

// set parses text into a field. Its errors never repeat the text: it may be a
// secret.
func set(field reflect.Value, text string) error {
	switch {
	case field.Type() == durationType:
		d, err := time.ParseDuration(text)
		if err != nil {
			return fmt.Errorf("is not a duration such as 5s or 1m30s")
		}
		field.SetInt(int64(d))
	case field.Kind() == reflect.String:
		field.SetString(text)
	case field.Kind() == reflect.Bool:
		b, ok := parseBool(text)
		if !ok {
			return fmt.Errorf("is neither true nor false")
		}
		field.SetBool(b)
	case field.CanInt():
		n, err := strconv.ParseInt(text, 10, field.Type().Bits())
		if err != nil {
			return fmt.Errorf("is not a whole number in range")
		}
		field.SetInt(n)
	}
	return nil
}

// parseBool takes the spellings of Python's configparser.
func parseBool(text string) (value, ok bool) {
	switch strings.ToLower(text) {
	case "1", "yes", "true", "on":
		return true, true
	case "0", "no", "false", "off":
		return false, true
	}
	return false, false
}
