package plugintest

import (
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/stormlock/stormlock/sdk"
)

// Variables for the backend "released", which is built from the descriptors of a
// protocol that was released and knows nothing of today's. It keeps its leases where
// "scripted" does. Resources with the names of releasedFaults are answered with these.
const (
	// DescriptorsFile names the file of descriptors.
	DescriptorsFile = "PLUGINTEST_DESCRIPTORS"
	// NewerFields, if it is set, has the backend add fields that nobody knows to every
	// message, as a backend of a protocol to come would.
	NewerFields = "PLUGINTEST_NEWER_FIELDS"
)

// releasedFaults are numbers of Fault.Kind, the last of which no protocol has.
var releasedFaults = map[string]protoreflect.EnumNumber{
	"unspecified": 0, "unavailable": 1, "refused": 2, "config": 3, "invalid": 4, "not-set-up": 5, "new-kind": 99,
}

// nothingKnown is a resource that is answered with an outcome that is not known yet.
const nothingKnown = "new-outcome"

func released() {
	service := releasedService(os.Getenv(DescriptorsFile))
	serveGRPC("", func() { select {} }, grpc.UnknownServiceHandler(func(_ any, stream grpc.ServerStream) error {
		method, _ := grpc.MethodFromServerStream(stream)
		if strings.HasSuffix(method, "/Shutdown") {
			os.Exit(0)
		}
		called := service.Methods().ByName(protoreflect.Name(method[strings.LastIndex(method, "/")+1:]))
		if called == nil {
			select {} // go-plugin's own, which last as long as the connection
		}
		request, reply := dynamicpb.NewMessage(called.Input()), dynamicpb.NewMessage(called.Output())
		if err := stream.RecvMsg(request); err != nil {
			return err
		}
		releasedAnswer(string(called.Name()), request, reply)
		if os.Getenv(NewerFields) != "" {
			addUnknown(reply)
		}
		return stream.SendMsg(reply)
	}))
}

func releasedService(path string) protoreflect.ServiceDescriptor {
	image, err := os.ReadFile(path)
	must(err)
	var set descriptorpb.FileDescriptorSet
	must(proto.Unmarshal(image, &set))
	files, err := protodesc.NewFiles(&set)
	must(err)
	found, err := files.FindDescriptorByName("stormlock.backend.v1.Backend")
	must(err)
	return found.(protoreflect.ServiceDescriptor)
}

// releasedAnswer fills the reply to a call.
func releasedAnswer(call string, request, reply protoreflect.Message) {
	switch call {
	case "Describe":
		put(reply, "name", "released")
		put(reply, "version", "v0.1.0")
		option := add(reply, "options")
		put(option, "key", "level")
		put(option, "help", "is not used")
		put(option, "secret", true)
	case "Acquire":
		releasedGrant(reply, take, leaseOf(within(request, "lease")), "acquired")
	case "Renew":
		releasedGrant(reply, extend, leaseOf(within(request, "lease")), "renewed")
	case "Release":
		releasedGrant(reply, end, leaseOf(within(request, "lease")), "released")
	case "Current":
		releasedGrant(reply, look, sdk.Lease{Resource: read(request, "resource").String()}, "current")
	case "List":
		releasedList(reply, read(request, "prefix").String())
	case "Setup":
		within(reply, "done")
		texts(reply, "statements", "CREATE TABLE locks")
	case "Check":
		within(reply, "done")
		finding := add(reply, "findings")
		put(finding, "about", "table")
		put(finding, "message", "is there")
		put(finding, "level", protoreflect.EnumNumber(99))
	}
}

// releasedGrant answers a call about one lease.
func releasedGrant(reply protoreflect.Message, do operation, arg sdk.Lease, done protoreflect.Name) {
	texts(reply, "warnings", "this is "+arg.Resource)
	if kind, faulty := releasedFaults[arg.Resource]; faulty {
		fault := within(reply, "fault")
		put(fault, "kind", kind)
		put(fault, "message", "it is "+arg.Resource)
		return
	}
	if arg.Resource == nothingKnown {
		return
	}
	dir := os.Getenv(ScriptDir)
	leases := stored(dir)
	got, err := do(leases, arg)
	held, taken := errors.AsType[*sdk.HeldError](err)
	switch {
	case taken:
		fill(within(reply, "held"), held.Lease)
		return
	case err != nil:
		within(reply, "not_held")
		return
	}
	store(dir, leases)
	if outcome := within(reply, done); done != "released" {
		fill(outcome, got)
	}
}

func releasedList(reply protoreflect.Message, prefix string) {
	leases := stored(os.Getenv(ScriptDir))
	for _, resource := range slices.Sorted(maps.Keys(leases)) {
		if strings.HasPrefix(resource, prefix) {
			fill(add(within(reply, "leases"), "leases"), leases[resource])
		}
	}
}

// fill and leaseOf are a Lease on the wire.
func fill(m protoreflect.Message, l sdk.Lease) {
	put(m, "resource", l.Resource)
	put(m, "id", l.ID)
	put(m, "principal", l.Principal)
	put(m, "reason", l.Reason)
	put(m, "created_micros", l.Created.UnixMicro())
	put(m, "ttl_millis", l.TTL.Milliseconds())
	put(m, "fence", uint64(7))
}

func leaseOf(m protoreflect.Message) sdk.Lease {
	return sdk.Lease{
		Resource: read(m, "resource").String(), ID: read(m, "id").String(),
		Principal: read(m, "principal").String(), Reason: read(m, "reason").String(),
		TTL: time.Duration(read(m, "ttl_millis").Int()) * time.Millisecond,
	}
}

// addUnknown adds a field that nobody knows to a message and to all in it.
func addUnknown(m protoreflect.Message) {
	m.SetUnknown(appendText(m.GetUnknown(), 1000, "from a time to come"))
	m.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		switch {
		case field.Kind() != protoreflect.MessageKind || field.IsMap():
		case field.IsList():
			for i := range value.List().Len() {
				addUnknown(value.List().Get(i).Message())
			}
		default:
			addUnknown(value.Message())
		}
		return true
	})
}

// The fields of a message by their names, which panic if there is none.

func field(m protoreflect.Message, name protoreflect.Name) protoreflect.FieldDescriptor {
	found := m.Descriptor().Fields().ByName(name)
	if found == nil {
		panic("no field " + string(name) + " in " + string(m.Descriptor().FullName()))
	}
	return found
}

func put(m protoreflect.Message, name protoreflect.Name, value any) {
	m.Set(field(m, name), protoreflect.ValueOf(value))
}

func read(m protoreflect.Message, name protoreflect.Name) protoreflect.Value {
	return m.Get(field(m, name))
}

// within is the message in a field, which is set if it was not.
func within(m protoreflect.Message, name protoreflect.Name) protoreflect.Message {
	return m.Mutable(field(m, name)).Message()
}

func add(m protoreflect.Message, name protoreflect.Name) protoreflect.Message {
	return m.Mutable(field(m, name)).List().AppendMutable().Message()
}

func texts(m protoreflect.Message, name protoreflect.Name, all ...string) {
	list := m.Mutable(field(m, name)).List()
	for _, text := range all {
		list.Append(protoreflect.ValueOfString(text))
	}
}
