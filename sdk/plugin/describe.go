package plugin

import "github.com/stormlock/stormlock/sdk/internal/backendpb"

// A Description is what a backend says about itself.
type Description struct {
	Name    string   `json:"name"`
	Version string   `json:"version"`
	Options []Option `json:"options"`
}

// An Option is one key of a backend's configuration section.
type Option struct {
	Key      string `json:"key"`
	Help     string `json:"help"`
	Default  string `json:"default"`
	Required bool   `json:"required"`
	Secret   bool   `json:"secret"` // KEY_file and KEY_env are accepted too

	mayEmpty bool // an empty value means something
}

func (d Description) toWire() *backendpb.DescribeResponse {
	m := &backendpb.DescribeResponse{Name: d.Name, Version: d.Version}
	for _, o := range d.Options {
		m.Options = append(m.Options, &backendpb.Option{
			Key: o.Key, Help: o.Help, Default: o.Default, Required: o.Required, Secret: o.Secret,
		})
	}
	return m
}

func descriptionFromWire(m *backendpb.DescribeResponse) Description {
	d := Description{Name: m.GetName(), Version: m.GetVersion()}
	for _, o := range m.GetOptions() {
		d.Options = append(d.Options, Option{
			Key: o.GetKey(), Help: o.GetHelp(), Default: o.GetDefault(), Required: o.GetRequired(), Secret: o.GetSecret(),
		})
	}
	return d
}
