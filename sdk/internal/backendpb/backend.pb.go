// The protocol between stormlock and a backend executable, version 1.
//
// This file is complete in itself: who keeps to it has a backend. docs/protocol.md
// of the repository says the same as a list to tick off, and
// "stormlock backend check NAME KEY=VALUE ..." looks whether an executable does.
//
// # The process
//
// A backend NAME is an executable stormlock-backend-NAME in a directory of PATH. NAME
// matches ^[a-z][a-z0-9]*(-[a-z0-9]+)*$ and has at most 40 bytes. stormlock starts it
// without arguments and without stdin, in a process group of its own, with the user's
// environment and these variables, which are those of github.com/hashicorp/go-plugin:
//
//	STORMLOCK_BACKEND_COOKIE=5f0b4cbd3a2e4d0f9a7f2f8e6f1f6c57
//	PLUGIN_PROTOCOL_VERSIONS=1       versions of this protocol, separated by commas
//	PLUGIN_UNIX_SOCKET_DIR=DIR       not on Windows: where the socket has to lie
//	PLUGIN_MIN_PORT, PLUGIN_MAX_PORT on Windows: the range of the port; 0 and 0 for any
//	PLUGIN_CLIENT_CERT=PEM           on Windows: the host's certificate
//
// Where the cookie is missing or another, somebody runs it by hand: it says on stderr
// what it is, and exits with a code that is not 0. (The cookie is no secret.) Where it
// speaks none of the versions, it says so there and exits in the same way, or prints the
// line below with the version that it speaks.
//
// Otherwise it listens on a Unix socket directly in DIR, or on Windows on a port of
// 127.0.0.1, and prints one line on stdout within a second:
//
//	1|1|unix|DIR/ANY-NAME|grpc
//
// that is: version 1 of go-plugin, the version of this protocol, network, address and
// "grpc". On Windows it is 1|1|tcp|127.0.0.1:PORT|grpc|CERTIFICATE, for there both show
// each other certificates over TLS 1.2 or newer: it makes one of its own for
// "localhost", puts it here (DER in base64 without padding), and accepts no client but
// the one of PLUGIN_CLIENT_CERT. Elsewhere there is no TLS, as only the user can enter
// DIR. Nothing else is ever printed on stdout. What it prints on stderr is shown when it
// dies, at least the last line; beyond 8 MiB it is stopped.
//
// It then serves gRPC: the service below, and the service plugin.GRPCController, whose
// method Shutdown has an empty request and an empty response. stormlock makes calls,
// several at the same time too, over one connection, and calls Shutdown. The process
// ends within 500 ms of that, or, while calls still run, when those are over, but within
// two seconds. It ends as well, within 3 seconds, when its last connection ends, and on
// SIGTERM; and when nobody has connected for 15 seconds: stormlock may have been killed.
// (Where a gRPC library does not tell that a connection ends: stormlock calls the method
// StreamStdio of plugin.GRPCStdio, an empty request and a stream of responses, as soon as
// it has connected, and leaves it open to the end.) SIGINT and SIGHUP it ignores. It
// leaves neither the socket nor, if it can, DIR behind.
//
// # Rules for every call
//
//   - A refusal is an answer. "Held by another" and "not held" are fields of the
//     response; so is every fault that the backend can name. A status other than OK
//     means that the state of the lock is unknown, but for UNIMPLEMENTED.
//   - One atomic operation of the store decides, guarded there by the owner, the expiry
//     and the deadline. Never read, then write: another may come between. The clock
//     is the store's, never that of the machine that the backend runs on.
//   - The call's gRPC deadline is the caller's: a request that reaches the store after it
//     must not take a lock. A backend answers a little before it (a tenth of the time,
//     at most 200 ms), since later nobody listens, and does not go on for more than a
//     second beyond it, or beyond a cancellation.
//   - A backend answers, it never acts: it does not wait for a lock, renew, or repeat a
//     request to the store that may have been carried out.
//   - Only durations travel for TTLs. Timestamps are for people to read.
//   - The configuration travels with the request, the same in each, so that no call has
//     to come first. It is the section [backend.NAME] as it stands there, without the
//     keys that are stormlock's own. A key that the backend does not know is a fault of
//     KIND_CONFIG with that key, whose message names the one that was meant, if one is
//     near: it may have been meant to say which store. So is a value that cannot be
//     right, a required key that is missing, and one that is empty without a meaning.
//     For a key that is secret, KEY_file and KEY_env come as they were written, and the
//     backend reads them (see Option).
//   - Warnings change no outcome. stormlock prints each on stderr, one line for a
//     person: what, where, what to do. At most 8 in an answer are shown. In a stream
//     they may also come in a message without an outcome.
//   - No fault, warning, statement or finding holds a secret, not even one that a
//     server quoted.
//
// A message has at most 1 MiB in either direction, the headers of an answer 64 KiB.
// Texts for people are one line of at most 4096 bytes; longer ones are cut off. All
// text is valid UTF-8.
//
// # Ids
//
// stormlock makes up the lease id before it asks: 128 random bits, as 32 hexadecimal
// digits. An id has one meaning in upper and lower case, and with or without the hyphens
// of a UUID (8-4-4-4-12): all of these are the same. A backend may answer with an id of
// its own instead, of 1 to 128 visible ASCII characters, and accepts either afterwards.
// Any text of up to 128 bytes can be asked about: what no store issues is not the
// current one, and no fault.
//
// # Later versions
//
// Version 1 only grows: by fields, calls, and values of an enum; names, numbers and
// meanings stay. A backend passes over fields that it does not know. A call that it lacks
// is answered with UNIMPLEMENTED, by which stormlock knows that nothing was done. What
// cannot be said so gets another version, which stormlock offers beside this one in
// PLUGIN_PROTOCOL_VERSIONS.

// Code generated by protoc-gen-go. DO NOT EDIT.
// versions:
// 	protoc-gen-go v1.36.12
// 	protoc        (unknown)
// source: stormlock/backend/v1/backend.proto

package backendpb

import (
	protoreflect "google.golang.org/protobuf/reflect/protoreflect"
	protoimpl "google.golang.org/protobuf/runtime/protoimpl"
	reflect "reflect"
	sync "sync"
	unsafe "unsafe"
)

const (
	// Verify that this generated code is sufficiently up-to-date.
	_ = protoimpl.EnforceVersion(20 - protoimpl.MinVersion)
	// Verify that runtime/protoimpl is sufficiently up-to-date.
	_ = protoimpl.EnforceVersion(protoimpl.MaxVersion - 20)
)

// What is certain about the state of the lock.
type Fault_Kind int32

const (
	// The request may or may not have been carried out. stormlock asks again with the
	// same id.
	Fault_KIND_UNSPECIFIED Fault_Kind = 0
	// Nothing was written: the store could not be reached, or cannot serve now.
	Fault_KIND_UNAVAILABLE Fault_Kind = 1
	// Nothing was written: no permission, or the resource's place in the store
	// holds something that is not a lock.
	Fault_KIND_REFUSED Fault_Kind = 2
	// Nothing was written: the configuration or the store's schema is wrong.
	Fault_KIND_CONFIG Fault_Kind = 3
	// Nothing was written: an argument is out of its bounds. stormlock sends none such;
	// a backend that could not store one as it is, or would store what never ends,
	// looks for itself.
	Fault_KIND_INVALID Fault_Kind = 4
	// Nothing was written: the store lacks what Setup creates or migrates. The message
	// says what; stormlock adds the command that mends it.
	Fault_KIND_NOT_SET_UP Fault_Kind = 5
)

// Enum value maps for Fault_Kind.
var (
	Fault_Kind_name = map[int32]string{
		0: "KIND_UNSPECIFIED",
		1: "KIND_UNAVAILABLE",
		2: "KIND_REFUSED",
		3: "KIND_CONFIG",
		4: "KIND_INVALID",
		5: "KIND_NOT_SET_UP",
	}
	Fault_Kind_value = map[string]int32{
		"KIND_UNSPECIFIED": 0,
		"KIND_UNAVAILABLE": 1,
		"KIND_REFUSED":     2,
		"KIND_CONFIG":      3,
		"KIND_INVALID":     4,
		"KIND_NOT_SET_UP":  5,
	}
)

func (x Fault_Kind) Enum() *Fault_Kind {
	p := new(Fault_Kind)
	*p = x
	return p
}

func (x Fault_Kind) String() string {
	return protoimpl.X.EnumStringOf(x.Descriptor(), protoreflect.EnumNumber(x))
}

func (Fault_Kind) Descriptor() protoreflect.EnumDescriptor {
	return file_stormlock_backend_v1_backend_proto_enumTypes[0].Descriptor()
}

func (Fault_Kind) Type() protoreflect.EnumType {
	return &file_stormlock_backend_v1_backend_proto_enumTypes[0]
}

func (x Fault_Kind) Number() protoreflect.EnumNumber {
	return protoreflect.EnumNumber(x)
}

// Deprecated: Use Fault_Kind.Descriptor instead.
func (Fault_Kind) EnumDescriptor() ([]byte, []int) {
	return file_stormlock_backend_v1_backend_proto_rawDescGZIP(), []int{3, 0}
}

type Finding_Level int32

const (
	// Unknown to this version; taken for a warning.
	Finding_LEVEL_UNSPECIFIED Finding_Level = 0
	Finding_LEVEL_OK          Finding_Level = 1
	// A lock can be lost, or something looks wrong.
	Finding_LEVEL_WARNING Finding_Level = 2
	// Locks cannot be taken or relied on.
	Finding_LEVEL_ERROR Finding_Level = 3
)

// Enum value maps for Finding_Level.
var (
	Finding_Level_name = map[int32]string{
		0: "LEVEL_UNSPECIFIED",
		1: "LEVEL_OK",
		2: "LEVEL_WARNING",
		3: "LEVEL_ERROR",
	}
	Finding_Level_value = map[string]int32{
		"LEVEL_UNSPECIFIED": 0,
		"LEVEL_OK":          1,
		"LEVEL_WARNING":     2,
		"LEVEL_ERROR":       3,
	}
)

func (x Finding_Level) Enum() *Finding_Level {
	p := new(Finding_Level)
	*p = x
	return p
}

func (x Finding_Level) String() string {
	return protoimpl.X.EnumStringOf(x.Descriptor(), protoreflect.EnumNumber(x))
}

func (Finding_Level) Descriptor() protoreflect.EnumDescriptor {
	return file_stormlock_backend_v1_backend_proto_enumTypes[1].Descriptor()
}

func (Finding_Level) Type() protoreflect.EnumType {
	return &file_stormlock_backend_v1_backend_proto_enumTypes[1]
}

func (x Finding_Level) Number() protoreflect.EnumNumber {
	return protoreflect.EnumNumber(x)
}

// Deprecated: Use Finding_Level.Descriptor instead.
func (Finding_Level) EnumDescriptor() ([]byte, []int) {
	return file_stormlock_backend_v1_backend_proto_rawDescGZIP(), []int{22, 0}
}

// Lease is one grant of a resource to a principal for a limited time.
type Lease struct {
	state protoimpl.MessageState `protogen:"open.v1"`
	// What is locked: 1 to 255 bytes. Two names are the same if their bytes are: neither
	// case, Unicode form nor any character means anything. In a request it has no
	// characters of the Unicode categories Cc, Cf, Zl and Zp, none that are ignored by
	// default, and no white space at its ends.
	Resource string `protobuf:"bytes,1,opt,name=resource,proto3" json:"resource,omitempty"`
	// Proof of this grant. In AcquireRequest: 32 hexadecimal digits, in any spelling.
	Id string `protobuf:"bytes,2,opt,name=id,proto3" json:"id,omitempty"`
	// Who holds it, for people to read: 1 to 255 bytes, kept as they are. Any character
	// but NUL.
	Principal string `protobuf:"bytes,3,opt,name=principal,proto3" json:"principal,omitempty"`
	// Why, for people to read: at most 4096 bytes, kept as they are. Any character but NUL.
	Reason string `protobuf:"bytes,4,opt,name=reason,proto3" json:"reason,omitempty"`
	// When it was granted, by the store's clock: microseconds since 1970 UTC. In an answer
	// alone.
	CreatedMicros int64 `protobuf:"varint,5,opt,name=created_micros,json=createdMicros,proto3" json:"created_micros,omitempty"`
	// The time to live asked for, whole seconds from 1000 to 315360000000 (10 years of 365
	// days), or what is left of it, in milliseconds. A lease lasts for all of it, and keeps
	// others out for at most two seconds longer, unless the store's clock is coarse.
	TtlMillis int64 `protobuf:"varint,6,opt,name=ttl_millis,json=ttlMillis,proto3" json:"ttl_millis,omitempty"`
	// A number that grows with every grant of the resource, also after leases that
	// expired; 0 if the store has none for this lease, as where another program made it.
	// In an answer alone.
	Fence         uint64 `protobuf:"varint,7,opt,name=fence,proto3" json:"fence,omitempty"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *Lease) Reset() {
	*x = Lease{}
	mi := &file_stormlock_backend_v1_backend_proto_msgTypes[0]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *Lease) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*Lease) ProtoMessage() {}

func (x *Lease) ProtoReflect() protoreflect.Message {
	mi := &file_stormlock_backend_v1_backend_proto_msgTypes[0]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use Lease.ProtoReflect.Descriptor instead.
func (*Lease) Descriptor() ([]byte, []int) {
	return file_stormlock_backend_v1_backend_proto_rawDescGZIP(), []int{0}
}

func (x *Lease) GetResource() string {
	if x != nil {
		return x.Resource
	}
	return ""
}

func (x *Lease) GetId() string {
	if x != nil {
		return x.Id
	}
	return ""
}

func (x *Lease) GetPrincipal() string {
	if x != nil {
		return x.Principal
	}
	return ""
}

func (x *Lease) GetReason() string {
	if x != nil {
		return x.Reason
	}
	return ""
}

func (x *Lease) GetCreatedMicros() int64 {
	if x != nil {
		return x.CreatedMicros
	}
	return 0
}

func (x *Lease) GetTtlMillis() int64 {
	if x != nil {
		return x.TtlMillis
	}
	return 0
}

func (x *Lease) GetFence() uint64 {
	if x != nil {
		return x.Fence
	}
	return 0
}

// NotHeld says that there is no current lease, or not the one that was named.
type NotHeld struct {
	state         protoimpl.MessageState `protogen:"open.v1"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *NotHeld) Reset() {
	*x = NotHeld{}
	mi := &file_stormlock_backend_v1_backend_proto_msgTypes[1]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *NotHeld) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*NotHeld) ProtoMessage() {}

func (x *NotHeld) ProtoReflect() protoreflect.Message {
	mi := &file_stormlock_backend_v1_backend_proto_msgTypes[1]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use NotHeld.ProtoReflect.Descriptor instead.
func (*NotHeld) Descriptor() ([]byte, []int) {
	return file_stormlock_backend_v1_backend_proto_rawDescGZIP(), []int{1}
}

// Done says that the call did what it was asked for.
type Done struct {
	state         protoimpl.MessageState `protogen:"open.v1"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *Done) Reset() {
	*x = Done{}
	mi := &file_stormlock_backend_v1_backend_proto_msgTypes[2]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *Done) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*Done) ProtoMessage() {}

func (x *Done) ProtoReflect() protoreflect.Message {
	mi := &file_stormlock_backend_v1_backend_proto_msgTypes[2]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use Done.ProtoReflect.Descriptor instead.
func (*Done) Descriptor() ([]byte, []int) {
	return file_stormlock_backend_v1_backend_proto_rawDescGZIP(), []int{2}
}

// Fault is why a call could not be answered. A kind that promises that nothing was
// written is given only where that is certain: from the moment at which a request may
// have left for the store until its answer is there, it is not. A call that writes
// nothing can always promise it.
type Fault struct {
	state protoimpl.MessageState `protogen:"open.v1"`
	Kind  Fault_Kind             `protobuf:"varint,1,opt,name=kind,proto3,enum=stormlock.backend.v1.Fault_Kind" json:"kind,omitempty"`
	// One line for a person: what, where, what to do.
	Message string `protobuf:"bytes,2,opt,name=message,proto3" json:"message,omitempty"`
	// With KIND_CONFIG: the key of the backend's section that is at fault.
	Key           string `protobuf:"bytes,3,opt,name=key,proto3" json:"key,omitempty"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *Fault) Reset() {
	*x = Fault{}
	mi := &file_stormlock_backend_v1_backend_proto_msgTypes[3]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *Fault) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*Fault) ProtoMessage() {}

func (x *Fault) ProtoReflect() protoreflect.Message {
	mi := &file_stormlock_backend_v1_backend_proto_msgTypes[3]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use Fault.ProtoReflect.Descriptor instead.
func (*Fault) Descriptor() ([]byte, []int) {
	return file_stormlock_backend_v1_backend_proto_rawDescGZIP(), []int{3}
}

func (x *Fault) GetKind() Fault_Kind {
	if x != nil {
		return x.Kind
	}
	return Fault_KIND_UNSPECIFIED
}

func (x *Fault) GetMessage() string {
	if x != nil {
		return x.Message
	}
	return ""
}

func (x *Fault) GetKey() string {
	if x != nil {
		return x.Key
	}
	return ""
}

type DescribeRequest struct {
	state         protoimpl.MessageState `protogen:"open.v1"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *DescribeRequest) Reset() {
	*x = DescribeRequest{}
	mi := &file_stormlock_backend_v1_backend_proto_msgTypes[4]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *DescribeRequest) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*DescribeRequest) ProtoMessage() {}

func (x *DescribeRequest) ProtoReflect() protoreflect.Message {
	mi := &file_stormlock_backend_v1_backend_proto_msgTypes[4]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use DescribeRequest.ProtoReflect.Descriptor instead.
func (*DescribeRequest) Descriptor() ([]byte, []int) {
	return file_stormlock_backend_v1_backend_proto_rawDescGZIP(), []int{4}
}

type DescribeResponse struct {
	state protoimpl.MessageState `protogen:"open.v1"`
	// The NAME of the executable, without the prefix.
	Name string `protobuf:"bytes,1,opt,name=name,proto3" json:"name,omitempty"`
	// Of the backend, for people to read; not empty.
	Version string `protobuf:"bytes,2,opt,name=version,proto3" json:"version,omitempty"`
	// At most 100, no key twice.
	Options       []*Option `protobuf:"bytes,3,rep,name=options,proto3" json:"options,omitempty"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *DescribeResponse) Reset() {
	*x = DescribeResponse{}
	mi := &file_stormlock_backend_v1_backend_proto_msgTypes[5]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *DescribeResponse) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*DescribeResponse) ProtoMessage() {}

func (x *DescribeResponse) ProtoReflect() protoreflect.Message {
	mi := &file_stormlock_backend_v1_backend_proto_msgTypes[5]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use DescribeResponse.ProtoReflect.Descriptor instead.
func (*DescribeResponse) Descriptor() ([]byte, []int) {
	return file_stormlock_backend_v1_backend_proto_rawDescGZIP(), []int{5}
}

func (x *DescribeResponse) GetName() string {
	if x != nil {
		return x.Name
	}
	return ""
}

func (x *DescribeResponse) GetVersion() string {
	if x != nil {
		return x.Version
	}
	return ""
}

func (x *DescribeResponse) GetOptions() []*Option {
	if x != nil {
		return x.Options
	}
	return nil
}

// Option is one key of a backend's configuration section.
type Option struct {
	state protoimpl.MessageState `protogen:"open.v1"`
	// Matches ^[a-z][a-z0-9_]*$ and has at most 100 bytes.
	Key string `protobuf:"bytes,1,opt,name=key,proto3" json:"key,omitempty"`
	// One line for a person: what it is.
	Help string `protobuf:"bytes,2,opt,name=help,proto3" json:"help,omitempty"`
	// What counts if the section does not have the key; empty for none.
	Default  string `protobuf:"bytes,3,opt,name=default,proto3" json:"default,omitempty"`
	Required bool   `protobuf:"varint,4,opt,name=required,proto3" json:"required,omitempty"`
	// The value must not be shown. KEY_file (the absolute path of a file whose content is
	// the value, less the newline at its end) and KEY_env (the name of an environment
	// variable) are accepted in place of KEY; more than one of them is a fault. The backend
	// reads them. Its faults repeat neither the path nor the name: a secret may have been
	// written there by mistake.
	Secret        bool `protobuf:"varint,5,opt,name=secret,proto3" json:"secret,omitempty"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *Option) Reset() {
	*x = Option{}
	mi := &file_stormlock_backend_v1_backend_proto_msgTypes[6]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *Option) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*Option) ProtoMessage() {}

func (x *Option) ProtoReflect() protoreflect.Message {
	mi := &file_stormlock_backend_v1_backend_proto_msgTypes[6]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use Option.ProtoReflect.Descriptor instead.
func (*Option) Descriptor() ([]byte, []int) {
	return file_stormlock_backend_v1_backend_proto_rawDescGZIP(), []int{6}
}

func (x *Option) GetKey() string {
	if x != nil {
		return x.Key
	}
	return ""
}

func (x *Option) GetHelp() string {
	if x != nil {
		return x.Help
	}
	return ""
}

func (x *Option) GetDefault() string {
	if x != nil {
		return x.Default
	}
	return ""
}

func (x *Option) GetRequired() bool {
	if x != nil {
		return x.Required
	}
	return false
}

func (x *Option) GetSecret() bool {
	if x != nil {
		return x.Secret
	}
	return false
}

type AcquireRequest struct {
	state protoimpl.MessageState `protogen:"open.v1"`
	Lease *Lease                 `protobuf:"bytes,1,opt,name=lease,proto3" json:"lease,omitempty"`
	// The backend's configuration section, keys in lower case: the same in every request.
	Config        map[string]string `protobuf:"bytes,2,rep,name=config,proto3" json:"config,omitempty" protobuf_key:"bytes,1,opt,name=key" protobuf_val:"bytes,2,opt,name=value"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *AcquireRequest) Reset() {
	*x = AcquireRequest{}
	mi := &file_stormlock_backend_v1_backend_proto_msgTypes[7]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *AcquireRequest) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*AcquireRequest) ProtoMessage() {}

func (x *AcquireRequest) ProtoReflect() protoreflect.Message {
	mi := &file_stormlock_backend_v1_backend_proto_msgTypes[7]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use AcquireRequest.ProtoReflect.Descriptor instead.
func (*AcquireRequest) Descriptor() ([]byte, []int) {
	return file_stormlock_backend_v1_backend_proto_rawDescGZIP(), []int{7}
}

func (x *AcquireRequest) GetLease() *Lease {
	if x != nil {
		return x.Lease
	}
	return nil
}

func (x *AcquireRequest) GetConfig() map[string]string {
	if x != nil {
		return x.Config
	}
	return nil
}

type AcquireResponse struct {
	state protoimpl.MessageState `protogen:"open.v1"`
	// Types that are valid to be assigned to Outcome:
	//
	//	*AcquireResponse_Acquired
	//	*AcquireResponse_Held
	//	*AcquireResponse_Fault
	Outcome       isAcquireResponse_Outcome `protobuf_oneof:"outcome"`
	Warnings      []string                  `protobuf:"bytes,15,rep,name=warnings,proto3" json:"warnings,omitempty"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *AcquireResponse) Reset() {
	*x = AcquireResponse{}
	mi := &file_stormlock_backend_v1_backend_proto_msgTypes[8]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *AcquireResponse) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*AcquireResponse) ProtoMessage() {}

func (x *AcquireResponse) ProtoReflect() protoreflect.Message {
	mi := &file_stormlock_backend_v1_backend_proto_msgTypes[8]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use AcquireResponse.ProtoReflect.Descriptor instead.
func (*AcquireResponse) Descriptor() ([]byte, []int) {
	return file_stormlock_backend_v1_backend_proto_rawDescGZIP(), []int{8}
}

func (x *AcquireResponse) GetOutcome() isAcquireResponse_Outcome {
	if x != nil {
		return x.Outcome
	}
	return nil
}

func (x *AcquireResponse) GetAcquired() *Lease {
	if x != nil {
		if x, ok := x.Outcome.(*AcquireResponse_Acquired); ok {
			return x.Acquired
		}
	}
	return nil
}

func (x *AcquireResponse) GetHeld() *Lease {
	if x != nil {
		if x, ok := x.Outcome.(*AcquireResponse_Held); ok {
			return x.Held
		}
	}
	return nil
}

func (x *AcquireResponse) GetFault() *Fault {
	if x != nil {
		if x, ok := x.Outcome.(*AcquireResponse_Fault); ok {
			return x.Fault
		}
	}
	return nil
}

func (x *AcquireResponse) GetWarnings() []string {
	if x != nil {
		return x.Warnings
	}
	return nil
}

type isAcquireResponse_Outcome interface {
	isAcquireResponse_Outcome()
}

type AcquireResponse_Acquired struct {
	// The lease as stored.
	Acquired *Lease `protobuf:"bytes,1,opt,name=acquired,proto3,oneof"`
}

type AcquireResponse_Held struct {
	// The lease of another that is current.
	Held *Lease `protobuf:"bytes,2,opt,name=held,proto3,oneof"`
}

type AcquireResponse_Fault struct {
	Fault *Fault `protobuf:"bytes,3,opt,name=fault,proto3,oneof"`
}

func (*AcquireResponse_Acquired) isAcquireResponse_Outcome() {}

func (*AcquireResponse_Held) isAcquireResponse_Outcome() {}

func (*AcquireResponse_Fault) isAcquireResponse_Outcome() {}

type RenewRequest struct {
	state         protoimpl.MessageState `protogen:"open.v1"`
	Lease         *Lease                 `protobuf:"bytes,1,opt,name=lease,proto3" json:"lease,omitempty"`
	Config        map[string]string      `protobuf:"bytes,2,rep,name=config,proto3" json:"config,omitempty" protobuf_key:"bytes,1,opt,name=key" protobuf_val:"bytes,2,opt,name=value"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *RenewRequest) Reset() {
	*x = RenewRequest{}
	mi := &file_stormlock_backend_v1_backend_proto_msgTypes[9]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *RenewRequest) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*RenewRequest) ProtoMessage() {}

func (x *RenewRequest) ProtoReflect() protoreflect.Message {
	mi := &file_stormlock_backend_v1_backend_proto_msgTypes[9]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use RenewRequest.ProtoReflect.Descriptor instead.
func (*RenewRequest) Descriptor() ([]byte, []int) {
	return file_stormlock_backend_v1_backend_proto_rawDescGZIP(), []int{9}
}

func (x *RenewRequest) GetLease() *Lease {
	if x != nil {
		return x.Lease
	}
	return nil
}

func (x *RenewRequest) GetConfig() map[string]string {
	if x != nil {
		return x.Config
	}
	return nil
}

type RenewResponse struct {
	state protoimpl.MessageState `protogen:"open.v1"`
	// Types that are valid to be assigned to Outcome:
	//
	//	*RenewResponse_Renewed
	//	*RenewResponse_NotHeld
	//	*RenewResponse_Fault
	Outcome       isRenewResponse_Outcome `protobuf_oneof:"outcome"`
	Warnings      []string                `protobuf:"bytes,15,rep,name=warnings,proto3" json:"warnings,omitempty"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *RenewResponse) Reset() {
	*x = RenewResponse{}
	mi := &file_stormlock_backend_v1_backend_proto_msgTypes[10]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *RenewResponse) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*RenewResponse) ProtoMessage() {}

func (x *RenewResponse) ProtoReflect() protoreflect.Message {
	mi := &file_stormlock_backend_v1_backend_proto_msgTypes[10]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use RenewResponse.ProtoReflect.Descriptor instead.
func (*RenewResponse) Descriptor() ([]byte, []int) {
	return file_stormlock_backend_v1_backend_proto_rawDescGZIP(), []int{10}
}

func (x *RenewResponse) GetOutcome() isRenewResponse_Outcome {
	if x != nil {
		return x.Outcome
	}
	return nil
}

func (x *RenewResponse) GetRenewed() *Lease {
	if x != nil {
		if x, ok := x.Outcome.(*RenewResponse_Renewed); ok {
			return x.Renewed
		}
	}
	return nil
}

func (x *RenewResponse) GetNotHeld() *NotHeld {
	if x != nil {
		if x, ok := x.Outcome.(*RenewResponse_NotHeld); ok {
			return x.NotHeld
		}
	}
	return nil
}

func (x *RenewResponse) GetFault() *Fault {
	if x != nil {
		if x, ok := x.Outcome.(*RenewResponse_Fault); ok {
			return x.Fault
		}
	}
	return nil
}

func (x *RenewResponse) GetWarnings() []string {
	if x != nil {
		return x.Warnings
	}
	return nil
}

type isRenewResponse_Outcome interface {
	isRenewResponse_Outcome()
}

type RenewResponse_Renewed struct {
	Renewed *Lease `protobuf:"bytes,1,opt,name=renewed,proto3,oneof"`
}

type RenewResponse_NotHeld struct {
	NotHeld *NotHeld `protobuf:"bytes,2,opt,name=not_held,json=notHeld,proto3,oneof"`
}

type RenewResponse_Fault struct {
	Fault *Fault `protobuf:"bytes,3,opt,name=fault,proto3,oneof"`
}

func (*RenewResponse_Renewed) isRenewResponse_Outcome() {}

func (*RenewResponse_NotHeld) isRenewResponse_Outcome() {}

func (*RenewResponse_Fault) isRenewResponse_Outcome() {}

type ReleaseRequest struct {
	state         protoimpl.MessageState `protogen:"open.v1"`
	Lease         *Lease                 `protobuf:"bytes,1,opt,name=lease,proto3" json:"lease,omitempty"`
	Config        map[string]string      `protobuf:"bytes,2,rep,name=config,proto3" json:"config,omitempty" protobuf_key:"bytes,1,opt,name=key" protobuf_val:"bytes,2,opt,name=value"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *ReleaseRequest) Reset() {
	*x = ReleaseRequest{}
	mi := &file_stormlock_backend_v1_backend_proto_msgTypes[11]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *ReleaseRequest) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*ReleaseRequest) ProtoMessage() {}

func (x *ReleaseRequest) ProtoReflect() protoreflect.Message {
	mi := &file_stormlock_backend_v1_backend_proto_msgTypes[11]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use ReleaseRequest.ProtoReflect.Descriptor instead.
func (*ReleaseRequest) Descriptor() ([]byte, []int) {
	return file_stormlock_backend_v1_backend_proto_rawDescGZIP(), []int{11}
}

func (x *ReleaseRequest) GetLease() *Lease {
	if x != nil {
		return x.Lease
	}
	return nil
}

func (x *ReleaseRequest) GetConfig() map[string]string {
	if x != nil {
		return x.Config
	}
	return nil
}

type ReleaseResponse struct {
	state protoimpl.MessageState `protogen:"open.v1"`
	// Types that are valid to be assigned to Outcome:
	//
	//	*ReleaseResponse_Released
	//	*ReleaseResponse_NotHeld
	//	*ReleaseResponse_Fault
	Outcome       isReleaseResponse_Outcome `protobuf_oneof:"outcome"`
	Warnings      []string                  `protobuf:"bytes,15,rep,name=warnings,proto3" json:"warnings,omitempty"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *ReleaseResponse) Reset() {
	*x = ReleaseResponse{}
	mi := &file_stormlock_backend_v1_backend_proto_msgTypes[12]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *ReleaseResponse) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*ReleaseResponse) ProtoMessage() {}

func (x *ReleaseResponse) ProtoReflect() protoreflect.Message {
	mi := &file_stormlock_backend_v1_backend_proto_msgTypes[12]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use ReleaseResponse.ProtoReflect.Descriptor instead.
func (*ReleaseResponse) Descriptor() ([]byte, []int) {
	return file_stormlock_backend_v1_backend_proto_rawDescGZIP(), []int{12}
}

func (x *ReleaseResponse) GetOutcome() isReleaseResponse_Outcome {
	if x != nil {
		return x.Outcome
	}
	return nil
}

func (x *ReleaseResponse) GetReleased() *Done {
	if x != nil {
		if x, ok := x.Outcome.(*ReleaseResponse_Released); ok {
			return x.Released
		}
	}
	return nil
}

func (x *ReleaseResponse) GetNotHeld() *NotHeld {
	if x != nil {
		if x, ok := x.Outcome.(*ReleaseResponse_NotHeld); ok {
			return x.NotHeld
		}
	}
	return nil
}

func (x *ReleaseResponse) GetFault() *Fault {
	if x != nil {
		if x, ok := x.Outcome.(*ReleaseResponse_Fault); ok {
			return x.Fault
		}
	}
	return nil
}

func (x *ReleaseResponse) GetWarnings() []string {
	if x != nil {
		return x.Warnings
	}
	return nil
}

type isReleaseResponse_Outcome interface {
	isReleaseResponse_Outcome()
}

type ReleaseResponse_Released struct {
	Released *Done `protobuf:"bytes,1,opt,name=released,proto3,oneof"`
}

type ReleaseResponse_NotHeld struct {
	NotHeld *NotHeld `protobuf:"bytes,2,opt,name=not_held,json=notHeld,proto3,oneof"`
}

type ReleaseResponse_Fault struct {
	Fault *Fault `protobuf:"bytes,3,opt,name=fault,proto3,oneof"`
}

func (*ReleaseResponse_Released) isReleaseResponse_Outcome() {}

func (*ReleaseResponse_NotHeld) isReleaseResponse_Outcome() {}

func (*ReleaseResponse_Fault) isReleaseResponse_Outcome() {}

type CurrentRequest struct {
	state         protoimpl.MessageState `protogen:"open.v1"`
	Resource      string                 `protobuf:"bytes,1,opt,name=resource,proto3" json:"resource,omitempty"`
	Config        map[string]string      `protobuf:"bytes,2,rep,name=config,proto3" json:"config,omitempty" protobuf_key:"bytes,1,opt,name=key" protobuf_val:"bytes,2,opt,name=value"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *CurrentRequest) Reset() {
	*x = CurrentRequest{}
	mi := &file_stormlock_backend_v1_backend_proto_msgTypes[13]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *CurrentRequest) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*CurrentRequest) ProtoMessage() {}

func (x *CurrentRequest) ProtoReflect() protoreflect.Message {
	mi := &file_stormlock_backend_v1_backend_proto_msgTypes[13]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use CurrentRequest.ProtoReflect.Descriptor instead.
func (*CurrentRequest) Descriptor() ([]byte, []int) {
	return file_stormlock_backend_v1_backend_proto_rawDescGZIP(), []int{13}
}

func (x *CurrentRequest) GetResource() string {
	if x != nil {
		return x.Resource
	}
	return ""
}

func (x *CurrentRequest) GetConfig() map[string]string {
	if x != nil {
		return x.Config
	}
	return nil
}

type CurrentResponse struct {
	state protoimpl.MessageState `protogen:"open.v1"`
	// Types that are valid to be assigned to Outcome:
	//
	//	*CurrentResponse_Current
	//	*CurrentResponse_NotHeld
	//	*CurrentResponse_Fault
	Outcome       isCurrentResponse_Outcome `protobuf_oneof:"outcome"`
	Warnings      []string                  `protobuf:"bytes,15,rep,name=warnings,proto3" json:"warnings,omitempty"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *CurrentResponse) Reset() {
	*x = CurrentResponse{}
	mi := &file_stormlock_backend_v1_backend_proto_msgTypes[14]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *CurrentResponse) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*CurrentResponse) ProtoMessage() {}

func (x *CurrentResponse) ProtoReflect() protoreflect.Message {
	mi := &file_stormlock_backend_v1_backend_proto_msgTypes[14]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use CurrentResponse.ProtoReflect.Descriptor instead.
func (*CurrentResponse) Descriptor() ([]byte, []int) {
	return file_stormlock_backend_v1_backend_proto_rawDescGZIP(), []int{14}
}

func (x *CurrentResponse) GetOutcome() isCurrentResponse_Outcome {
	if x != nil {
		return x.Outcome
	}
	return nil
}

func (x *CurrentResponse) GetCurrent() *Lease {
	if x != nil {
		if x, ok := x.Outcome.(*CurrentResponse_Current); ok {
			return x.Current
		}
	}
	return nil
}

func (x *CurrentResponse) GetNotHeld() *NotHeld {
	if x != nil {
		if x, ok := x.Outcome.(*CurrentResponse_NotHeld); ok {
			return x.NotHeld
		}
	}
	return nil
}

func (x *CurrentResponse) GetFault() *Fault {
	if x != nil {
		if x, ok := x.Outcome.(*CurrentResponse_Fault); ok {
			return x.Fault
		}
	}
	return nil
}

func (x *CurrentResponse) GetWarnings() []string {
	if x != nil {
		return x.Warnings
	}
	return nil
}

type isCurrentResponse_Outcome interface {
	isCurrentResponse_Outcome()
}

type CurrentResponse_Current struct {
	Current *Lease `protobuf:"bytes,1,opt,name=current,proto3,oneof"`
}

type CurrentResponse_NotHeld struct {
	NotHeld *NotHeld `protobuf:"bytes,2,opt,name=not_held,json=notHeld,proto3,oneof"`
}

type CurrentResponse_Fault struct {
	Fault *Fault `protobuf:"bytes,3,opt,name=fault,proto3,oneof"`
}

func (*CurrentResponse_Current) isCurrentResponse_Outcome() {}

func (*CurrentResponse_NotHeld) isCurrentResponse_Outcome() {}

func (*CurrentResponse_Fault) isCurrentResponse_Outcome() {}

type ListRequest struct {
	state protoimpl.MessageState `protogen:"open.v1"`
	// Empty, or the beginning of a resource's name: at most 255 bytes.
	Prefix        string            `protobuf:"bytes,1,opt,name=prefix,proto3" json:"prefix,omitempty"`
	Config        map[string]string `protobuf:"bytes,2,rep,name=config,proto3" json:"config,omitempty" protobuf_key:"bytes,1,opt,name=key" protobuf_val:"bytes,2,opt,name=value"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *ListRequest) Reset() {
	*x = ListRequest{}
	mi := &file_stormlock_backend_v1_backend_proto_msgTypes[15]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *ListRequest) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*ListRequest) ProtoMessage() {}

func (x *ListRequest) ProtoReflect() protoreflect.Message {
	mi := &file_stormlock_backend_v1_backend_proto_msgTypes[15]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use ListRequest.ProtoReflect.Descriptor instead.
func (*ListRequest) Descriptor() ([]byte, []int) {
	return file_stormlock_backend_v1_backend_proto_rawDescGZIP(), []int{15}
}

func (x *ListRequest) GetPrefix() string {
	if x != nil {
		return x.Prefix
	}
	return ""
}

func (x *ListRequest) GetConfig() map[string]string {
	if x != nil {
		return x.Config
	}
	return nil
}

type ListResponse struct {
	state protoimpl.MessageState `protogen:"open.v1"`
	// Types that are valid to be assigned to Outcome:
	//
	//	*ListResponse_Leases
	//	*ListResponse_Fault
	Outcome       isListResponse_Outcome `protobuf_oneof:"outcome"`
	Warnings      []string               `protobuf:"bytes,15,rep,name=warnings,proto3" json:"warnings,omitempty"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *ListResponse) Reset() {
	*x = ListResponse{}
	mi := &file_stormlock_backend_v1_backend_proto_msgTypes[16]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *ListResponse) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*ListResponse) ProtoMessage() {}

func (x *ListResponse) ProtoReflect() protoreflect.Message {
	mi := &file_stormlock_backend_v1_backend_proto_msgTypes[16]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use ListResponse.ProtoReflect.Descriptor instead.
func (*ListResponse) Descriptor() ([]byte, []int) {
	return file_stormlock_backend_v1_backend_proto_rawDescGZIP(), []int{16}
}

func (x *ListResponse) GetOutcome() isListResponse_Outcome {
	if x != nil {
		return x.Outcome
	}
	return nil
}

func (x *ListResponse) GetLeases() *Leases {
	if x != nil {
		if x, ok := x.Outcome.(*ListResponse_Leases); ok {
			return x.Leases
		}
	}
	return nil
}

func (x *ListResponse) GetFault() *Fault {
	if x != nil {
		if x, ok := x.Outcome.(*ListResponse_Fault); ok {
			return x.Fault
		}
	}
	return nil
}

func (x *ListResponse) GetWarnings() []string {
	if x != nil {
		return x.Warnings
	}
	return nil
}

type isListResponse_Outcome interface {
	isListResponse_Outcome()
}

type ListResponse_Leases struct {
	Leases *Leases `protobuf:"bytes,1,opt,name=leases,proto3,oneof"`
}

type ListResponse_Fault struct {
	Fault *Fault `protobuf:"bytes,2,opt,name=fault,proto3,oneof"`
}

func (*ListResponse_Leases) isListResponse_Outcome() {}

func (*ListResponse_Fault) isListResponse_Outcome() {}

// Leases are some of those of a list: 1 to 512, in a message of at most 1 MiB. The
// largest lease has less than 5 KiB, so that 200 always fit. What is there is sent when
// the store lets one wait for more.
type Leases struct {
	state         protoimpl.MessageState `protogen:"open.v1"`
	Leases        []*Lease               `protobuf:"bytes,1,rep,name=leases,proto3" json:"leases,omitempty"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *Leases) Reset() {
	*x = Leases{}
	mi := &file_stormlock_backend_v1_backend_proto_msgTypes[17]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *Leases) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*Leases) ProtoMessage() {}

func (x *Leases) ProtoReflect() protoreflect.Message {
	mi := &file_stormlock_backend_v1_backend_proto_msgTypes[17]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use Leases.ProtoReflect.Descriptor instead.
func (*Leases) Descriptor() ([]byte, []int) {
	return file_stormlock_backend_v1_backend_proto_rawDescGZIP(), []int{17}
}

func (x *Leases) GetLeases() []*Lease {
	if x != nil {
		return x.Leases
	}
	return nil
}

type SetupRequest struct {
	state protoimpl.MessageState `protogen:"open.v1"`
	// Change nothing, and answer what would be carried out.
	DryRun        bool              `protobuf:"varint,1,opt,name=dry_run,json=dryRun,proto3" json:"dry_run,omitempty"`
	Config        map[string]string `protobuf:"bytes,2,rep,name=config,proto3" json:"config,omitempty" protobuf_key:"bytes,1,opt,name=key" protobuf_val:"bytes,2,opt,name=value"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *SetupRequest) Reset() {
	*x = SetupRequest{}
	mi := &file_stormlock_backend_v1_backend_proto_msgTypes[18]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *SetupRequest) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*SetupRequest) ProtoMessage() {}

func (x *SetupRequest) ProtoReflect() protoreflect.Message {
	mi := &file_stormlock_backend_v1_backend_proto_msgTypes[18]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use SetupRequest.ProtoReflect.Descriptor instead.
func (*SetupRequest) Descriptor() ([]byte, []int) {
	return file_stormlock_backend_v1_backend_proto_rawDescGZIP(), []int{18}
}

func (x *SetupRequest) GetDryRun() bool {
	if x != nil {
		return x.DryRun
	}
	return false
}

func (x *SetupRequest) GetConfig() map[string]string {
	if x != nil {
		return x.Config
	}
	return nil
}

type SetupResponse struct {
	state protoimpl.MessageState `protogen:"open.v1"`
	// Types that are valid to be assigned to Outcome:
	//
	//	*SetupResponse_Done
	//	*SetupResponse_Fault
	Outcome isSetupResponse_Outcome `protobuf_oneof:"outcome"`
	// What was carried out, also before a fault, in the store's own language,
	// one line each; none if nothing was missing.
	Statements    []string `protobuf:"bytes,3,rep,name=statements,proto3" json:"statements,omitempty"`
	Warnings      []string `protobuf:"bytes,15,rep,name=warnings,proto3" json:"warnings,omitempty"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *SetupResponse) Reset() {
	*x = SetupResponse{}
	mi := &file_stormlock_backend_v1_backend_proto_msgTypes[19]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *SetupResponse) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*SetupResponse) ProtoMessage() {}

func (x *SetupResponse) ProtoReflect() protoreflect.Message {
	mi := &file_stormlock_backend_v1_backend_proto_msgTypes[19]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use SetupResponse.ProtoReflect.Descriptor instead.
func (*SetupResponse) Descriptor() ([]byte, []int) {
	return file_stormlock_backend_v1_backend_proto_rawDescGZIP(), []int{19}
}

func (x *SetupResponse) GetOutcome() isSetupResponse_Outcome {
	if x != nil {
		return x.Outcome
	}
	return nil
}

func (x *SetupResponse) GetDone() *Done {
	if x != nil {
		if x, ok := x.Outcome.(*SetupResponse_Done); ok {
			return x.Done
		}
	}
	return nil
}

func (x *SetupResponse) GetFault() *Fault {
	if x != nil {
		if x, ok := x.Outcome.(*SetupResponse_Fault); ok {
			return x.Fault
		}
	}
	return nil
}

func (x *SetupResponse) GetStatements() []string {
	if x != nil {
		return x.Statements
	}
	return nil
}

func (x *SetupResponse) GetWarnings() []string {
	if x != nil {
		return x.Warnings
	}
	return nil
}

type isSetupResponse_Outcome interface {
	isSetupResponse_Outcome()
}

type SetupResponse_Done struct {
	Done *Done `protobuf:"bytes,1,opt,name=done,proto3,oneof"`
}

type SetupResponse_Fault struct {
	Fault *Fault `protobuf:"bytes,2,opt,name=fault,proto3,oneof"`
}

func (*SetupResponse_Done) isSetupResponse_Outcome() {}

func (*SetupResponse_Fault) isSetupResponse_Outcome() {}

type CheckRequest struct {
	state protoimpl.MessageState `protogen:"open.v1"`
	// The backend's configuration section, as in every request.
	Config        map[string]string `protobuf:"bytes,1,rep,name=config,proto3" json:"config,omitempty" protobuf_key:"bytes,1,opt,name=key" protobuf_val:"bytes,2,opt,name=value"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *CheckRequest) Reset() {
	*x = CheckRequest{}
	mi := &file_stormlock_backend_v1_backend_proto_msgTypes[20]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *CheckRequest) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*CheckRequest) ProtoMessage() {}

func (x *CheckRequest) ProtoReflect() protoreflect.Message {
	mi := &file_stormlock_backend_v1_backend_proto_msgTypes[20]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use CheckRequest.ProtoReflect.Descriptor instead.
func (*CheckRequest) Descriptor() ([]byte, []int) {
	return file_stormlock_backend_v1_backend_proto_rawDescGZIP(), []int{20}
}

func (x *CheckRequest) GetConfig() map[string]string {
	if x != nil {
		return x.Config
	}
	return nil
}

type CheckResponse struct {
	state protoimpl.MessageState `protogen:"open.v1"`
	// Types that are valid to be assigned to Outcome:
	//
	//	*CheckResponse_Done
	//	*CheckResponse_Fault
	Outcome isCheckResponse_Outcome `protobuf_oneof:"outcome"`
	// What was found, also before a fault: at most 100.
	Findings      []*Finding `protobuf:"bytes,3,rep,name=findings,proto3" json:"findings,omitempty"`
	Warnings      []string   `protobuf:"bytes,15,rep,name=warnings,proto3" json:"warnings,omitempty"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *CheckResponse) Reset() {
	*x = CheckResponse{}
	mi := &file_stormlock_backend_v1_backend_proto_msgTypes[21]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *CheckResponse) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*CheckResponse) ProtoMessage() {}

func (x *CheckResponse) ProtoReflect() protoreflect.Message {
	mi := &file_stormlock_backend_v1_backend_proto_msgTypes[21]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use CheckResponse.ProtoReflect.Descriptor instead.
func (*CheckResponse) Descriptor() ([]byte, []int) {
	return file_stormlock_backend_v1_backend_proto_rawDescGZIP(), []int{21}
}

func (x *CheckResponse) GetOutcome() isCheckResponse_Outcome {
	if x != nil {
		return x.Outcome
	}
	return nil
}

func (x *CheckResponse) GetDone() *Done {
	if x != nil {
		if x, ok := x.Outcome.(*CheckResponse_Done); ok {
			return x.Done
		}
	}
	return nil
}

func (x *CheckResponse) GetFault() *Fault {
	if x != nil {
		if x, ok := x.Outcome.(*CheckResponse_Fault); ok {
			return x.Fault
		}
	}
	return nil
}

func (x *CheckResponse) GetFindings() []*Finding {
	if x != nil {
		return x.Findings
	}
	return nil
}

func (x *CheckResponse) GetWarnings() []string {
	if x != nil {
		return x.Warnings
	}
	return nil
}

type isCheckResponse_Outcome interface {
	isCheckResponse_Outcome()
}

type CheckResponse_Done struct {
	Done *Done `protobuf:"bytes,1,opt,name=done,proto3,oneof"`
}

type CheckResponse_Fault struct {
	// The store could not be asked.
	Fault *Fault `protobuf:"bytes,2,opt,name=fault,proto3,oneof"`
}

func (*CheckResponse_Done) isCheckResponse_Outcome() {}

func (*CheckResponse_Fault) isCheckResponse_Outcome() {}

// Finding is one thing that Check looked at.
type Finding struct {
	state protoimpl.MessageState `protogen:"open.v1"`
	// What was looked at, in a word or two, such as "eviction".
	About string        `protobuf:"bytes,1,opt,name=about,proto3" json:"about,omitempty"`
	Level Finding_Level `protobuf:"varint,2,opt,name=level,proto3,enum=stormlock.backend.v1.Finding_Level" json:"level,omitempty"`
	// One line for a person: what was found and, unless it is as it should be,
	// what to do.
	Message       string `protobuf:"bytes,3,opt,name=message,proto3" json:"message,omitempty"`
	unknownFields protoimpl.UnknownFields
	sizeCache     protoimpl.SizeCache
}

func (x *Finding) Reset() {
	*x = Finding{}
	mi := &file_stormlock_backend_v1_backend_proto_msgTypes[22]
	ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
	ms.StoreMessageInfo(mi)
}

func (x *Finding) String() string {
	return protoimpl.X.MessageStringOf(x)
}

func (*Finding) ProtoMessage() {}

func (x *Finding) ProtoReflect() protoreflect.Message {
	mi := &file_stormlock_backend_v1_backend_proto_msgTypes[22]
	if x != nil {
		ms := protoimpl.X.MessageStateOf(protoimpl.Pointer(x))
		if ms.LoadMessageInfo() == nil {
			ms.StoreMessageInfo(mi)
		}
		return ms
	}
	return mi.MessageOf(x)
}

// Deprecated: Use Finding.ProtoReflect.Descriptor instead.
func (*Finding) Descriptor() ([]byte, []int) {
	return file_stormlock_backend_v1_backend_proto_rawDescGZIP(), []int{22}
}

func (x *Finding) GetAbout() string {
	if x != nil {
		return x.About
	}
	return ""
}

func (x *Finding) GetLevel() Finding_Level {
	if x != nil {
		return x.Level
	}
	return Finding_LEVEL_UNSPECIFIED
}

func (x *Finding) GetMessage() string {
	if x != nil {
		return x.Message
	}
	return ""
}

var File_stormlock_backend_v1_backend_proto protoreflect.FileDescriptor

const file_stormlock_backend_v1_backend_proto_rawDesc = "" +
	"\n" +
	"\"stormlock/backend/v1/backend.proto\x12\x14stormlock.backend.v1\"\xc5\x01\n" +
	"\x05Lease\x12\x1a\n" +
	"\bresource\x18\x01 \x01(\tR\bresource\x12\x0e\n" +
	"\x02id\x18\x02 \x01(\tR\x02id\x12\x1c\n" +
	"\tprincipal\x18\x03 \x01(\tR\tprincipal\x12\x16\n" +
	"\x06reason\x18\x04 \x01(\tR\x06reason\x12%\n" +
	"\x0ecreated_micros\x18\x05 \x01(\x03R\rcreatedMicros\x12\x1d\n" +
	"\n" +
	"ttl_millis\x18\x06 \x01(\x03R\tttlMillis\x12\x14\n" +
	"\x05fence\x18\a \x01(\x04R\x05fence\"\t\n" +
	"\aNotHeld\"\x06\n" +
	"\x04Done\"\xe7\x01\n" +
	"\x05Fault\x124\n" +
	"\x04kind\x18\x01 \x01(\x0e2 .stormlock.backend.v1.Fault.KindR\x04kind\x12\x18\n" +
	"\amessage\x18\x02 \x01(\tR\amessage\x12\x10\n" +
	"\x03key\x18\x03 \x01(\tR\x03key\"|\n" +
	"\x04Kind\x12\x14\n" +
	"\x10KIND_UNSPECIFIED\x10\x00\x12\x14\n" +
	"\x10KIND_UNAVAILABLE\x10\x01\x12\x10\n" +
	"\fKIND_REFUSED\x10\x02\x12\x0f\n" +
	"\vKIND_CONFIG\x10\x03\x12\x10\n" +
	"\fKIND_INVALID\x10\x04\x12\x13\n" +
	"\x0fKIND_NOT_SET_UP\x10\x05\"\x11\n" +
	"\x0fDescribeRequest\"x\n" +
	"\x10DescribeResponse\x12\x12\n" +
	"\x04name\x18\x01 \x01(\tR\x04name\x12\x18\n" +
	"\aversion\x18\x02 \x01(\tR\aversion\x126\n" +
	"\aoptions\x18\x03 \x03(\v2\x1c.stormlock.backend.v1.OptionR\aoptions\"|\n" +
	"\x06Option\x12\x10\n" +
	"\x03key\x18\x01 \x01(\tR\x03key\x12\x12\n" +
	"\x04help\x18\x02 \x01(\tR\x04help\x12\x18\n" +
	"\adefault\x18\x03 \x01(\tR\adefault\x12\x1a\n" +
	"\brequired\x18\x04 \x01(\bR\brequired\x12\x16\n" +
	"\x06secret\x18\x05 \x01(\bR\x06secret\"\xc8\x01\n" +
	"\x0eAcquireRequest\x121\n" +
	"\x05lease\x18\x01 \x01(\v2\x1b.stormlock.backend.v1.LeaseR\x05lease\x12H\n" +
	"\x06config\x18\x02 \x03(\v20.stormlock.backend.v1.AcquireRequest.ConfigEntryR\x06config\x1a9\n" +
	"\vConfigEntry\x12\x10\n" +
	"\x03key\x18\x01 \x01(\tR\x03key\x12\x14\n" +
	"\x05value\x18\x02 \x01(\tR\x05value:\x028\x01\"\xdb\x01\n" +
	"\x0fAcquireResponse\x129\n" +
	"\bacquired\x18\x01 \x01(\v2\x1b.stormlock.backend.v1.LeaseH\x00R\bacquired\x121\n" +
	"\x04held\x18\x02 \x01(\v2\x1b.stormlock.backend.v1.LeaseH\x00R\x04held\x123\n" +
	"\x05fault\x18\x03 \x01(\v2\x1b.stormlock.backend.v1.FaultH\x00R\x05fault\x12\x1a\n" +
	"\bwarnings\x18\x0f \x03(\tR\bwarningsB\t\n" +
	"\aoutcome\"\xc4\x01\n" +
	"\fRenewRequest\x121\n" +
	"\x05lease\x18\x01 \x01(\v2\x1b.stormlock.backend.v1.LeaseR\x05lease\x12F\n" +
	"\x06config\x18\x02 \x03(\v2..stormlock.backend.v1.RenewRequest.ConfigEntryR\x06config\x1a9\n" +
	"\vConfigEntry\x12\x10\n" +
	"\x03key\x18\x01 \x01(\tR\x03key\x12\x14\n" +
	"\x05value\x18\x02 \x01(\tR\x05value:\x028\x01\"\xe0\x01\n" +
	"\rRenewResponse\x127\n" +
	"\arenewed\x18\x01 \x01(\v2\x1b.stormlock.backend.v1.LeaseH\x00R\arenewed\x12:\n" +
	"\bnot_held\x18\x02 \x01(\v2\x1d.stormlock.backend.v1.NotHeldH\x00R\anotHeld\x123\n" +
	"\x05fault\x18\x03 \x01(\v2\x1b.stormlock.backend.v1.FaultH\x00R\x05fault\x12\x1a\n" +
	"\bwarnings\x18\x0f \x03(\tR\bwarningsB\t\n" +
	"\aoutcome\"\xc8\x01\n" +
	"\x0eReleaseRequest\x121\n" +
	"\x05lease\x18\x01 \x01(\v2\x1b.stormlock.backend.v1.LeaseR\x05lease\x12H\n" +
	"\x06config\x18\x02 \x03(\v20.stormlock.backend.v1.ReleaseRequest.ConfigEntryR\x06config\x1a9\n" +
	"\vConfigEntry\x12\x10\n" +
	"\x03key\x18\x01 \x01(\tR\x03key\x12\x14\n" +
	"\x05value\x18\x02 \x01(\tR\x05value:\x028\x01\"\xe3\x01\n" +
	"\x0fReleaseResponse\x128\n" +
	"\breleased\x18\x01 \x01(\v2\x1a.stormlock.backend.v1.DoneH\x00R\breleased\x12:\n" +
	"\bnot_held\x18\x02 \x01(\v2\x1d.stormlock.backend.v1.NotHeldH\x00R\anotHeld\x123\n" +
	"\x05fault\x18\x03 \x01(\v2\x1b.stormlock.backend.v1.FaultH\x00R\x05fault\x12\x1a\n" +
	"\bwarnings\x18\x0f \x03(\tR\bwarningsB\t\n" +
	"\aoutcome\"\xb1\x01\n" +
	"\x0eCurrentRequest\x12\x1a\n" +
	"\bresource\x18\x01 \x01(\tR\bresource\x12H\n" +
	"\x06config\x18\x02 \x03(\v20.stormlock.backend.v1.CurrentRequest.ConfigEntryR\x06config\x1a9\n" +
	"\vConfigEntry\x12\x10\n" +
	"\x03key\x18\x01 \x01(\tR\x03key\x12\x14\n" +
	"\x05value\x18\x02 \x01(\tR\x05value:\x028\x01\"\xe2\x01\n" +
	"\x0fCurrentResponse\x127\n" +
	"\acurrent\x18\x01 \x01(\v2\x1b.stormlock.backend.v1.LeaseH\x00R\acurrent\x12:\n" +
	"\bnot_held\x18\x02 \x01(\v2\x1d.stormlock.backend.v1.NotHeldH\x00R\anotHeld\x123\n" +
	"\x05fault\x18\x03 \x01(\v2\x1b.stormlock.backend.v1.FaultH\x00R\x05fault\x12\x1a\n" +
	"\bwarnings\x18\x0f \x03(\tR\bwarningsB\t\n" +
	"\aoutcome\"\xa7\x01\n" +
	"\vListRequest\x12\x16\n" +
	"\x06prefix\x18\x01 \x01(\tR\x06prefix\x12E\n" +
	"\x06config\x18\x02 \x03(\v2-.stormlock.backend.v1.ListRequest.ConfigEntryR\x06config\x1a9\n" +
	"\vConfigEntry\x12\x10\n" +
	"\x03key\x18\x01 \x01(\tR\x03key\x12\x14\n" +
	"\x05value\x18\x02 \x01(\tR\x05value:\x028\x01\"\xa2\x01\n" +
	"\fListResponse\x126\n" +
	"\x06leases\x18\x01 \x01(\v2\x1c.stormlock.backend.v1.LeasesH\x00R\x06leases\x123\n" +
	"\x05fault\x18\x02 \x01(\v2\x1b.stormlock.backend.v1.FaultH\x00R\x05fault\x12\x1a\n" +
	"\bwarnings\x18\x0f \x03(\tR\bwarningsB\t\n" +
	"\aoutcome\"=\n" +
	"\x06Leases\x123\n" +
	"\x06leases\x18\x01 \x03(\v2\x1b.stormlock.backend.v1.LeaseR\x06leases\"\xaa\x01\n" +
	"\fSetupRequest\x12\x17\n" +
	"\adry_run\x18\x01 \x01(\bR\x06dryRun\x12F\n" +
	"\x06config\x18\x02 \x03(\v2..stormlock.backend.v1.SetupRequest.ConfigEntryR\x06config\x1a9\n" +
	"\vConfigEntry\x12\x10\n" +
	"\x03key\x18\x01 \x01(\tR\x03key\x12\x14\n" +
	"\x05value\x18\x02 \x01(\tR\x05value:\x028\x01\"\xbd\x01\n" +
	"\rSetupResponse\x120\n" +
	"\x04done\x18\x01 \x01(\v2\x1a.stormlock.backend.v1.DoneH\x00R\x04done\x123\n" +
	"\x05fault\x18\x02 \x01(\v2\x1b.stormlock.backend.v1.FaultH\x00R\x05fault\x12\x1e\n" +
	"\n" +
	"statements\x18\x03 \x03(\tR\n" +
	"statements\x12\x1a\n" +
	"\bwarnings\x18\x0f \x03(\tR\bwarningsB\t\n" +
	"\aoutcome\"\x91\x01\n" +
	"\fCheckRequest\x12F\n" +
	"\x06config\x18\x01 \x03(\v2..stormlock.backend.v1.CheckRequest.ConfigEntryR\x06config\x1a9\n" +
	"\vConfigEntry\x12\x10\n" +
	"\x03key\x18\x01 \x01(\tR\x03key\x12\x14\n" +
	"\x05value\x18\x02 \x01(\tR\x05value:\x028\x01\"\xd8\x01\n" +
	"\rCheckResponse\x120\n" +
	"\x04done\x18\x01 \x01(\v2\x1a.stormlock.backend.v1.DoneH\x00R\x04done\x123\n" +
	"\x05fault\x18\x02 \x01(\v2\x1b.stormlock.backend.v1.FaultH\x00R\x05fault\x129\n" +
	"\bfindings\x18\x03 \x03(\v2\x1d.stormlock.backend.v1.FindingR\bfindings\x12\x1a\n" +
	"\bwarnings\x18\x0f \x03(\tR\bwarningsB\t\n" +
	"\aoutcome\"\xc6\x01\n" +
	"\aFinding\x12\x14\n" +
	"\x05about\x18\x01 \x01(\tR\x05about\x129\n" +
	"\x05level\x18\x02 \x01(\x0e2#.stormlock.backend.v1.Finding.LevelR\x05level\x12\x18\n" +
	"\amessage\x18\x03 \x01(\tR\amessage\"P\n" +
	"\x05Level\x12\x15\n" +
	"\x11LEVEL_UNSPECIFIED\x10\x00\x12\f\n" +
	"\bLEVEL_OK\x10\x01\x12\x11\n" +
	"\rLEVEL_WARNING\x10\x02\x12\x0f\n" +
	"\vLEVEL_ERROR\x10\x032\xb3\x05\n" +
	"\aBackend\x12Y\n" +
	"\bDescribe\x12%.stormlock.backend.v1.DescribeRequest\x1a&.stormlock.backend.v1.DescribeResponse\x12V\n" +
	"\aAcquire\x12$.stormlock.backend.v1.AcquireRequest\x1a%.stormlock.backend.v1.AcquireResponse\x12P\n" +
	"\x05Renew\x12\".stormlock.backend.v1.RenewRequest\x1a#.stormlock.backend.v1.RenewResponse\x12V\n" +
	"\aRelease\x12$.stormlock.backend.v1.ReleaseRequest\x1a%.stormlock.backend.v1.ReleaseResponse\x12V\n" +
	"\aCurrent\x12$.stormlock.backend.v1.CurrentRequest\x1a%.stormlock.backend.v1.CurrentResponse\x12O\n" +
	"\x04List\x12!.stormlock.backend.v1.ListRequest\x1a\".stormlock.backend.v1.ListResponse0\x01\x12P\n" +
	"\x05Setup\x12\".stormlock.backend.v1.SetupRequest\x1a#.stormlock.backend.v1.SetupResponse\x12P\n" +
	"\x05Check\x12\".stormlock.backend.v1.CheckRequest\x1a#.stormlock.backend.v1.CheckResponseB7Z5github.com/stormlock/stormlock/sdk/internal/backendpbb\x06proto3"

var (
	file_stormlock_backend_v1_backend_proto_rawDescOnce sync.Once
	file_stormlock_backend_v1_backend_proto_rawDescData []byte
)

func file_stormlock_backend_v1_backend_proto_rawDescGZIP() []byte {
	file_stormlock_backend_v1_backend_proto_rawDescOnce.Do(func() {
		file_stormlock_backend_v1_backend_proto_rawDescData = protoimpl.X.CompressGZIP(unsafe.Slice(unsafe.StringData(file_stormlock_backend_v1_backend_proto_rawDesc), len(file_stormlock_backend_v1_backend_proto_rawDesc)))
	})
	return file_stormlock_backend_v1_backend_proto_rawDescData
}

var file_stormlock_backend_v1_backend_proto_enumTypes = make([]protoimpl.EnumInfo, 2)
var file_stormlock_backend_v1_backend_proto_msgTypes = make([]protoimpl.MessageInfo, 30)
var file_stormlock_backend_v1_backend_proto_goTypes = []any{
	(Fault_Kind)(0),          // 0: stormlock.backend.v1.Fault.Kind
	(Finding_Level)(0),       // 1: stormlock.backend.v1.Finding.Level
	(*Lease)(nil),            // 2: stormlock.backend.v1.Lease
	(*NotHeld)(nil),          // 3: stormlock.backend.v1.NotHeld
	(*Done)(nil),             // 4: stormlock.backend.v1.Done
	(*Fault)(nil),            // 5: stormlock.backend.v1.Fault
	(*DescribeRequest)(nil),  // 6: stormlock.backend.v1.DescribeRequest
	(*DescribeResponse)(nil), // 7: stormlock.backend.v1.DescribeResponse
	(*Option)(nil),           // 8: stormlock.backend.v1.Option
	(*AcquireRequest)(nil),   // 9: stormlock.backend.v1.AcquireRequest
	(*AcquireResponse)(nil),  // 10: stormlock.backend.v1.AcquireResponse
	(*RenewRequest)(nil),     // 11: stormlock.backend.v1.RenewRequest
	(*RenewResponse)(nil),    // 12: stormlock.backend.v1.RenewResponse
	(*ReleaseRequest)(nil),   // 13: stormlock.backend.v1.ReleaseRequest
	(*ReleaseResponse)(nil),  // 14: stormlock.backend.v1.ReleaseResponse
	(*CurrentRequest)(nil),   // 15: stormlock.backend.v1.CurrentRequest
	(*CurrentResponse)(nil),  // 16: stormlock.backend.v1.CurrentResponse
	(*ListRequest)(nil),      // 17: stormlock.backend.v1.ListRequest
	(*ListResponse)(nil),     // 18: stormlock.backend.v1.ListResponse
	(*Leases)(nil),           // 19: stormlock.backend.v1.Leases
	(*SetupRequest)(nil),     // 20: stormlock.backend.v1.SetupRequest
	(*SetupResponse)(nil),    // 21: stormlock.backend.v1.SetupResponse
	(*CheckRequest)(nil),     // 22: stormlock.backend.v1.CheckRequest
	(*CheckResponse)(nil),    // 23: stormlock.backend.v1.CheckResponse
	(*Finding)(nil),          // 24: stormlock.backend.v1.Finding
	nil,                      // 25: stormlock.backend.v1.AcquireRequest.ConfigEntry
	nil,                      // 26: stormlock.backend.v1.RenewRequest.ConfigEntry
	nil,                      // 27: stormlock.backend.v1.ReleaseRequest.ConfigEntry
	nil,                      // 28: stormlock.backend.v1.CurrentRequest.ConfigEntry
	nil,                      // 29: stormlock.backend.v1.ListRequest.ConfigEntry
	nil,                      // 30: stormlock.backend.v1.SetupRequest.ConfigEntry
	nil,                      // 31: stormlock.backend.v1.CheckRequest.ConfigEntry
}
var file_stormlock_backend_v1_backend_proto_depIdxs = []int32{
	0,  // 0: stormlock.backend.v1.Fault.kind:type_name -> stormlock.backend.v1.Fault.Kind
	8,  // 1: stormlock.backend.v1.DescribeResponse.options:type_name -> stormlock.backend.v1.Option
	2,  // 2: stormlock.backend.v1.AcquireRequest.lease:type_name -> stormlock.backend.v1.Lease
	25, // 3: stormlock.backend.v1.AcquireRequest.config:type_name -> stormlock.backend.v1.AcquireRequest.ConfigEntry
	2,  // 4: stormlock.backend.v1.AcquireResponse.acquired:type_name -> stormlock.backend.v1.Lease
	2,  // 5: stormlock.backend.v1.AcquireResponse.held:type_name -> stormlock.backend.v1.Lease
	5,  // 6: stormlock.backend.v1.AcquireResponse.fault:type_name -> stormlock.backend.v1.Fault
	2,  // 7: stormlock.backend.v1.RenewRequest.lease:type_name -> stormlock.backend.v1.Lease
	26, // 8: stormlock.backend.v1.RenewRequest.config:type_name -> stormlock.backend.v1.RenewRequest.ConfigEntry
	2,  // 9: stormlock.backend.v1.RenewResponse.renewed:type_name -> stormlock.backend.v1.Lease
	3,  // 10: stormlock.backend.v1.RenewResponse.not_held:type_name -> stormlock.backend.v1.NotHeld
	5,  // 11: stormlock.backend.v1.RenewResponse.fault:type_name -> stormlock.backend.v1.Fault
	2,  // 12: stormlock.backend.v1.ReleaseRequest.lease:type_name -> stormlock.backend.v1.Lease
	27, // 13: stormlock.backend.v1.ReleaseRequest.config:type_name -> stormlock.backend.v1.ReleaseRequest.ConfigEntry
	4,  // 14: stormlock.backend.v1.ReleaseResponse.released:type_name -> stormlock.backend.v1.Done
	3,  // 15: stormlock.backend.v1.ReleaseResponse.not_held:type_name -> stormlock.backend.v1.NotHeld
	5,  // 16: stormlock.backend.v1.ReleaseResponse.fault:type_name -> stormlock.backend.v1.Fault
	28, // 17: stormlock.backend.v1.CurrentRequest.config:type_name -> stormlock.backend.v1.CurrentRequest.ConfigEntry
	2,  // 18: stormlock.backend.v1.CurrentResponse.current:type_name -> stormlock.backend.v1.Lease
	3,  // 19: stormlock.backend.v1.CurrentResponse.not_held:type_name -> stormlock.backend.v1.NotHeld
	5,  // 20: stormlock.backend.v1.CurrentResponse.fault:type_name -> stormlock.backend.v1.Fault
	29, // 21: stormlock.backend.v1.ListRequest.config:type_name -> stormlock.backend.v1.ListRequest.ConfigEntry
	19, // 22: stormlock.backend.v1.ListResponse.leases:type_name -> stormlock.backend.v1.Leases
	5,  // 23: stormlock.backend.v1.ListResponse.fault:type_name -> stormlock.backend.v1.Fault
	2,  // 24: stormlock.backend.v1.Leases.leases:type_name -> stormlock.backend.v1.Lease
	30, // 25: stormlock.backend.v1.SetupRequest.config:type_name -> stormlock.backend.v1.SetupRequest.ConfigEntry
	4,  // 26: stormlock.backend.v1.SetupResponse.done:type_name -> stormlock.backend.v1.Done
	5,  // 27: stormlock.backend.v1.SetupResponse.fault:type_name -> stormlock.backend.v1.Fault
	31, // 28: stormlock.backend.v1.CheckRequest.config:type_name -> stormlock.backend.v1.CheckRequest.ConfigEntry
	4,  // 29: stormlock.backend.v1.CheckResponse.done:type_name -> stormlock.backend.v1.Done
	5,  // 30: stormlock.backend.v1.CheckResponse.fault:type_name -> stormlock.backend.v1.Fault
	24, // 31: stormlock.backend.v1.CheckResponse.findings:type_name -> stormlock.backend.v1.Finding
	1,  // 32: stormlock.backend.v1.Finding.level:type_name -> stormlock.backend.v1.Finding.Level
	6,  // 33: stormlock.backend.v1.Backend.Describe:input_type -> stormlock.backend.v1.DescribeRequest
	9,  // 34: stormlock.backend.v1.Backend.Acquire:input_type -> stormlock.backend.v1.AcquireRequest
	11, // 35: stormlock.backend.v1.Backend.Renew:input_type -> stormlock.backend.v1.RenewRequest
	13, // 36: stormlock.backend.v1.Backend.Release:input_type -> stormlock.backend.v1.ReleaseRequest
	15, // 37: stormlock.backend.v1.Backend.Current:input_type -> stormlock.backend.v1.CurrentRequest
	17, // 38: stormlock.backend.v1.Backend.List:input_type -> stormlock.backend.v1.ListRequest
	20, // 39: stormlock.backend.v1.Backend.Setup:input_type -> stormlock.backend.v1.SetupRequest
	22, // 40: stormlock.backend.v1.Backend.Check:input_type -> stormlock.backend.v1.CheckRequest
	7,  // 41: stormlock.backend.v1.Backend.Describe:output_type -> stormlock.backend.v1.DescribeResponse
	10, // 42: stormlock.backend.v1.Backend.Acquire:output_type -> stormlock.backend.v1.AcquireResponse
	12, // 43: stormlock.backend.v1.Backend.Renew:output_type -> stormlock.backend.v1.RenewResponse
	14, // 44: stormlock.backend.v1.Backend.Release:output_type -> stormlock.backend.v1.ReleaseResponse
	16, // 45: stormlock.backend.v1.Backend.Current:output_type -> stormlock.backend.v1.CurrentResponse
	18, // 46: stormlock.backend.v1.Backend.List:output_type -> stormlock.backend.v1.ListResponse
	21, // 47: stormlock.backend.v1.Backend.Setup:output_type -> stormlock.backend.v1.SetupResponse
	23, // 48: stormlock.backend.v1.Backend.Check:output_type -> stormlock.backend.v1.CheckResponse
	41, // [41:49] is the sub-list for method output_type
	33, // [33:41] is the sub-list for method input_type
	33, // [33:33] is the sub-list for extension type_name
	33, // [33:33] is the sub-list for extension extendee
	0,  // [0:33] is the sub-list for field type_name
}

func init() { file_stormlock_backend_v1_backend_proto_init() }
func file_stormlock_backend_v1_backend_proto_init() {
	if File_stormlock_backend_v1_backend_proto != nil {
		return
	}
	file_stormlock_backend_v1_backend_proto_msgTypes[8].OneofWrappers = []any{
		(*AcquireResponse_Acquired)(nil),
		(*AcquireResponse_Held)(nil),
		(*AcquireResponse_Fault)(nil),
	}
	file_stormlock_backend_v1_backend_proto_msgTypes[10].OneofWrappers = []any{
		(*RenewResponse_Renewed)(nil),
		(*RenewResponse_NotHeld)(nil),
		(*RenewResponse_Fault)(nil),
	}
	file_stormlock_backend_v1_backend_proto_msgTypes[12].OneofWrappers = []any{
		(*ReleaseResponse_Released)(nil),
		(*ReleaseResponse_NotHeld)(nil),
		(*ReleaseResponse_Fault)(nil),
	}
	file_stormlock_backend_v1_backend_proto_msgTypes[14].OneofWrappers = []any{
		(*CurrentResponse_Current)(nil),
		(*CurrentResponse_NotHeld)(nil),
		(*CurrentResponse_Fault)(nil),
	}
	file_stormlock_backend_v1_backend_proto_msgTypes[16].OneofWrappers = []any{
		(*ListResponse_Leases)(nil),
		(*ListResponse_Fault)(nil),
	}
	file_stormlock_backend_v1_backend_proto_msgTypes[19].OneofWrappers = []any{
		(*SetupResponse_Done)(nil),
		(*SetupResponse_Fault)(nil),
	}
	file_stormlock_backend_v1_backend_proto_msgTypes[21].OneofWrappers = []any{
		(*CheckResponse_Done)(nil),
		(*CheckResponse_Fault)(nil),
	}
	type x struct{}
	out := protoimpl.TypeBuilder{
		File: protoimpl.DescBuilder{
			GoPackagePath: reflect.TypeOf(x{}).PkgPath(),
			RawDescriptor: unsafe.Slice(unsafe.StringData(file_stormlock_backend_v1_backend_proto_rawDesc), len(file_stormlock_backend_v1_backend_proto_rawDesc)),
			NumEnums:      2,
			NumMessages:   30,
			NumExtensions: 0,
			NumServices:   1,
		},
		GoTypes:           file_stormlock_backend_v1_backend_proto_goTypes,
		DependencyIndexes: file_stormlock_backend_v1_backend_proto_depIdxs,
		EnumInfos:         file_stormlock_backend_v1_backend_proto_enumTypes,
		MessageInfos:      file_stormlock_backend_v1_backend_proto_msgTypes,
	}.Build()
	File_stormlock_backend_v1_backend_proto = out.File
	file_stormlock_backend_v1_backend_proto_goTypes = nil
	file_stormlock_backend_v1_backend_proto_depIdxs = nil
}
