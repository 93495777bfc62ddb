package config

// Keys of what may be asked for of a resource. They stand in [default] or in the
// resource's own section, which is the stronger one.
const (
	MaxTTLKey = "max_ttl"
	ReasonKey = "reason"
)

const (
	reasonRequired = "required"
	reasonOptional = "optional"
)

func (f *File) policy(sections []string, s *Settings) (err error) {
	if s.MaxTTL, err = f.duration(sections, MaxTTLKey); err != nil {
		return err
	}
	section, value, ok := f.lookup(sections, ReasonKey)
	if ok && value != reasonRequired && value != reasonOptional {
		return fault(f.Position(section, ReasonKey), "reason is neither %s nor %s; the reason itself is given with -m", reasonRequired, reasonOptional)
	}
	s.ReasonRequired = value == reasonRequired
	return nil
}

// Rule quotes what decides a key for a resource, as "FILE:LINE: KEY = VALUE", or
// is empty if nothing does.
func (f *File) Rule(resource, key string) string {
	section, value, ok := f.lookup(sectionsOf(resource), key)
	if !ok {
		return ""
	}
	return f.Position(section, key) + ": " + key + " = " + value
}
