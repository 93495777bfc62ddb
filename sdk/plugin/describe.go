package plugin

import (
	"errors"

	"github.com/stormlock/stormlock/sdk/internal/backendpb"
)

// Bounds of what a backend can say about itself.
const (
	maxOptions = 100
	maxKey     = 100 // bytes
)

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
	d := Description{Name: clip(m.GetName()), Version: clip(m.GetVersion())}
	for _, o := range m.GetOptions() {
		d.Options = append(d.Options, Option{
			Key: o.GetKey(), Help: clip(o.GetHelp()), Default: clip(o.GetDefault()), Required: o.GetRequired(), Secret: o.GetSecret(),
		})
	}
	return d
}

// fault refuses a description that no backend can mean: its keys are written
// into configuration files.
func (d Description) fault() error {
	if len(d.Options) > maxOptions {
		return errors.New("the backend describes more keys than a section can have")
	}
	for _, o := range d.Options {
		if !ValidKey(o.Key) {
			return errors.New("the backend describes a key that no section can have")
		}
	}
	return nil
}
