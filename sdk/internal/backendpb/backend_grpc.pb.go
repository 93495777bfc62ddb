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

// Code generated by protoc-gen-go-grpc. DO NOT EDIT.
// versions:
// - protoc-gen-go-grpc v1.6.2
// - protoc             (unknown)
// source: stormlock/backend/v1/backend.proto

package backendpb

import (
	context "context"
	grpc "google.golang.org/grpc"
	codes "google.golang.org/grpc/codes"
	status "google.golang.org/grpc/status"
)

// This is a compile-time assertion to ensure that this generated file
// is compatible with the grpc package it is being compiled against.
// Requires gRPC-Go v1.64.0 or later.
const _ = grpc.SupportPackageIsVersion9

const (
	Backend_Describe_FullMethodName = "/stormlock.backend.v1.Backend/Describe"
	Backend_Acquire_FullMethodName  = "/stormlock.backend.v1.Backend/Acquire"
	Backend_Renew_FullMethodName    = "/stormlock.backend.v1.Backend/Renew"
	Backend_Release_FullMethodName  = "/stormlock.backend.v1.Backend/Release"
	Backend_Current_FullMethodName  = "/stormlock.backend.v1.Backend/Current"
	Backend_List_FullMethodName     = "/stormlock.backend.v1.Backend/List"
	Backend_Setup_FullMethodName    = "/stormlock.backend.v1.Backend/Setup"
	Backend_Check_FullMethodName    = "/stormlock.backend.v1.Backend/Check"
)

// BackendClient is the client API for Backend service.
//
// For semantics around ctx use and closing/ending streaming RPCs, please refer to https://pkg.go.dev/google.golang.org/grpc/?tab=doc#ClientConn.NewStream.
//
// Backend stores leases in one kind of store.
type BackendClient interface {
	// Describe tells what the backend is and which keys configure it. It needs no
	// configuration and asks no store.
	Describe(ctx context.Context, in *DescribeRequest, opts ...grpc.CallOption) (*DescribeResponse, error)
	// Acquire grants a resource that nobody holds, for lease.ttl. It answers acquired only
	// when the grant is as durable as the store makes it.
	//
	// If the current lease has the id that is asked with, the answer is acquired with that
	// lease as it stands: its TTL does not begin anew. Repeating an acquire is how a caller
	// settles an answer that was lost. If another lease is current, the answer is held.
	//
	// A request may reach the store late, or twice. It must not take the lock after its
	// deadline, nor once the lease that it asked for was granted and released, nor once
	// Release has answered for that id.
	Acquire(ctx context.Context, in *AcquireRequest, opts ...grpc.CallOption) (*AcquireResponse, error)
	// Renew makes the current lease end lease.ttl from now, be that later or sooner, and
	// answers it; created and fence stay. If lease.id is not the id of the current lease,
	// the answer is not_held, and nothing changes: a lease that is over never comes back.
	// A store that cannot change a TTL answers the one that applies.
	Renew(ctx context.Context, in *RenewRequest, opts ...grpc.CallOption) (*RenewResponse, error)
	// Release ends the current lease, if lease.id is its id. If not, the answer is
	// not_held, and no lease changes.
	//
	// Either answer is final: no Acquire with that id that was sent before takes the lock
	// any more. That is how a caller gives up an acquire whose answer was lost. So a Release
	// that finds another lease, or none, still has to make such requests void, as by
	// noting the id, or by counting up what each acquire compares in its atomic step.
	Release(ctx context.Context, in *ReleaseRequest, opts ...grpc.CallOption) (*ReleaseResponse, error)
	// Current answers the current lease of a resource, or not_held. It takes nothing and
	// ends nothing.
	Current(ctx context.Context, in *CurrentRequest, opts ...grpc.CallOption) (*CurrentResponse, error)
	// List streams the current leases whose resource begins with a prefix, byte for byte
	// and never as a pattern, each once, in any order, several in a message, and ends after
	// the first fault. What is not a lock is passed over. Nobody is kept from the locks
	// while the host reads slowly.
	List(ctx context.Context, in *ListRequest, opts ...grpc.CallOption) (grpc.ServerStreamingClient[ListResponse], error)
	// Setup creates or migrates what the store needs. It can be repeated, also after a
	// fault, and keeps the leases that there are.
	Setup(ctx context.Context, in *SetupRequest, opts ...grpc.CallOption) (*SetupResponse, error)
	// Check looks at the settings of the store, and the rights there, that can lose a
	// lock or keep one from being taken, and at its version and clock. It changes nothing
	// and takes no lock. What it may not look at is a finding too.
	Check(ctx context.Context, in *CheckRequest, opts ...grpc.CallOption) (*CheckResponse, error)
}

type backendClient struct {
	cc grpc.ClientConnInterface
}

func NewBackendClient(cc grpc.ClientConnInterface) BackendClient {
	return &backendClient{cc}
}

func (c *backendClient) Describe(ctx context.Context, in *DescribeRequest, opts ...grpc.CallOption) (*DescribeResponse, error) {
	cOpts := append([]grpc.CallOption{grpc.StaticMethod()}, opts...)
	out := new(DescribeResponse)
	err := c.cc.Invoke(ctx, Backend_Describe_FullMethodName, in, out, cOpts...)
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (c *backendClient) Acquire(ctx context.Context, in *AcquireRequest, opts ...grpc.CallOption) (*AcquireResponse, error) {
	cOpts := append([]grpc.CallOption{grpc.StaticMethod()}, opts...)
	out := new(AcquireResponse)
	err := c.cc.Invoke(ctx, Backend_Acquire_FullMethodName, in, out, cOpts...)
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (c *backendClient) Renew(ctx context.Context, in *RenewRequest, opts ...grpc.CallOption) (*RenewResponse, error) {
	cOpts := append([]grpc.CallOption{grpc.StaticMethod()}, opts...)
	out := new(RenewResponse)
	err := c.cc.Invoke(ctx, Backend_Renew_FullMethodName, in, out, cOpts...)
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (c *backendClient) Release(ctx context.Context, in *ReleaseRequest, opts ...grpc.CallOption) (*ReleaseResponse, error) {
	cOpts := append([]grpc.CallOption{grpc.StaticMethod()}, opts...)
	out := new(ReleaseResponse)
	err := c.cc.Invoke(ctx, Backend_Release_FullMethodName, in, out, cOpts...)
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (c *backendClient) Current(ctx context.Context, in *CurrentRequest, opts ...grpc.CallOption) (*CurrentResponse, error) {
	cOpts := append([]grpc.CallOption{grpc.StaticMethod()}, opts...)
	out := new(CurrentResponse)
	err := c.cc.Invoke(ctx, Backend_Current_FullMethodName, in, out, cOpts...)
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (c *backendClient) List(ctx context.Context, in *ListRequest, opts ...grpc.CallOption) (grpc.ServerStreamingClient[ListResponse], error) {
	cOpts := append([]grpc.CallOption{grpc.StaticMethod()}, opts...)
	stream, err := c.cc.NewStream(ctx, &Backend_ServiceDesc.Streams[0], Backend_List_FullMethodName, cOpts...)
	if err != nil {
		return nil, err
	}
	x := &grpc.GenericClientStream[ListRequest, ListResponse]{ClientStream: stream}
	if err := x.ClientStream.SendMsg(in); err != nil {
		return nil, err
	}
	if err := x.ClientStream.CloseSend(); err != nil {
		return nil, err
	}
	return x, nil
}

// This type alias is provided for backwards compatibility with existing code that references the prior non-generic stream type by name.
type Backend_ListClient = grpc.ServerStreamingClient[ListResponse]

func (c *backendClient) Setup(ctx context.Context, in *SetupRequest, opts ...grpc.CallOption) (*SetupResponse, error) {
	cOpts := append([]grpc.CallOption{grpc.StaticMethod()}, opts...)
	out := new(SetupResponse)
	err := c.cc.Invoke(ctx, Backend_Setup_FullMethodName, in, out, cOpts...)
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (c *backendClient) Check(ctx context.Context, in *CheckRequest, opts ...grpc.CallOption) (*CheckResponse, error) {
	cOpts := append([]grpc.CallOption{grpc.StaticMethod()}, opts...)
	out := new(CheckResponse)
	err := c.cc.Invoke(ctx, Backend_Check_FullMethodName, in, out, cOpts...)
	if err != nil {
		return nil, err
	}
	return out, nil
}

// BackendServer is the server API for Backend service.
// All implementations must embed UnimplementedBackendServer
// for forward compatibility.
//
// Backend stores leases in one kind of store.
type BackendServer interface {
	// Describe tells what the backend is and which keys configure it. It needs no
	// configuration and asks no store.
	Describe(context.Context, *DescribeRequest) (*DescribeResponse, error)
	// Acquire grants a resource that nobody holds, for lease.ttl. It answers acquired only
	// when the grant is as durable as the store makes it.
	//
	// If the current lease has the id that is asked with, the answer is acquired with that
	// lease as it stands: its TTL does not begin anew. Repeating an acquire is how a caller
	// settles an answer that was lost. If another lease is current, the answer is held.
	//
	// A request may reach the store late, or twice. It must not take the lock after its
	// deadline, nor once the lease that it asked for was granted and released, nor once
	// Release has answered for that id.
	Acquire(context.Context, *AcquireRequest) (*AcquireResponse, error)
	// Renew makes the current lease end lease.ttl from now, be that later or sooner, and
	// answers it; created and fence stay. If lease.id is not the id of the current lease,
	// the answer is not_held, and nothing changes: a lease that is over never comes back.
	// A store that cannot change a TTL answers the one that applies.
	Renew(context.Context, *RenewRequest) (*RenewResponse, error)
	// Release ends the current lease, if lease.id is its id. If not, the answer is
	// not_held, and no lease changes.
	//
	// Either answer is final: no Acquire with that id that was sent before takes the lock
	// any more. That is how a caller gives up an acquire whose answer was lost. So a Release
	// that finds another lease, or none, still has to make such requests void, as by
	// noting the id, or by counting up what each acquire compares in its atomic step.
	Release(context.Context, *ReleaseRequest) (*ReleaseResponse, error)
	// Current answers the current lease of a resource, or not_held. It takes nothing and
	// ends nothing.
	Current(context.Context, *CurrentRequest) (*CurrentResponse, error)
	// List streams the current leases whose resource begins with a prefix, byte for byte
	// and never as a pattern, each once, in any order, several in a message, and ends after
	// the first fault. What is not a lock is passed over. Nobody is kept from the locks
	// while the host reads slowly.
	List(*ListRequest, grpc.ServerStreamingServer[ListResponse]) error
	// Setup creates or migrates what the store needs. It can be repeated, also after a
	// fault, and keeps the leases that there are.
	Setup(context.Context, *SetupRequest) (*SetupResponse, error)
	// Check looks at the settings of the store, and the rights there, that can lose a
	// lock or keep one from being taken, and at its version and clock. It changes nothing
	// and takes no lock. What it may not look at is a finding too.
	Check(context.Context, *CheckRequest) (*CheckResponse, error)
	mustEmbedUnimplementedBackendServer()
}

// UnimplementedBackendServer must be embedded to have
// forward compatible implementations.
//
// NOTE: this should be embedded by value instead of pointer to avoid a nil
// pointer dereference when methods are called.
type UnimplementedBackendServer struct{}

func (UnimplementedBackendServer) Describe(context.Context, *DescribeRequest) (*DescribeResponse, error) {
	return nil, status.Error(codes.Unimplemented, "method Describe not implemented")
}
func (UnimplementedBackendServer) Acquire(context.Context, *AcquireRequest) (*AcquireResponse, error) {
	return nil, status.Error(codes.Unimplemented, "method Acquire not implemented")
}
func (UnimplementedBackendServer) Renew(context.Context, *RenewRequest) (*RenewResponse, error) {
	return nil, status.Error(codes.Unimplemented, "method Renew not implemented")
}
func (UnimplementedBackendServer) Release(context.Context, *ReleaseRequest) (*ReleaseResponse, error) {
	return nil, status.Error(codes.Unimplemented, "method Release not implemented")
}
func (UnimplementedBackendServer) Current(context.Context, *CurrentRequest) (*CurrentResponse, error) {
	return nil, status.Error(codes.Unimplemented, "method Current not implemented")
}
func (UnimplementedBackendServer) List(*ListRequest, grpc.ServerStreamingServer[ListResponse]) error {
	return status.Error(codes.Unimplemented, "method List not implemented")
}
func (UnimplementedBackendServer) Setup(context.Context, *SetupRequest) (*SetupResponse, error) {
	return nil, status.Error(codes.Unimplemented, "method Setup not implemented")
}
func (UnimplementedBackendServer) Check(context.Context, *CheckRequest) (*CheckResponse, error) {
	return nil, status.Error(codes.Unimplemented, "method Check not implemented")
}
func (UnimplementedBackendServer) mustEmbedUnimplementedBackendServer() {}
func (UnimplementedBackendServer) testEmbeddedByValue()                 {}

// UnsafeBackendServer may be embedded to opt out of forward compatibility for this service.
// Use of this interface is not recommended, as added methods to BackendServer will
// result in compilation errors.
type UnsafeBackendServer interface {
	mustEmbedUnimplementedBackendServer()
}

func RegisterBackendServer(s grpc.ServiceRegistrar, srv BackendServer) {
	// If the following call panics, it indicates UnimplementedBackendServer was
	// embedded by pointer and is nil.  This will cause panics if an
	// unimplemented method is ever invoked, so we test this at initialization
	// time to prevent it from happening at runtime later due to I/O.
	if t, ok := srv.(interface{ testEmbeddedByValue() }); ok {
		t.testEmbeddedByValue()
	}
	s.RegisterService(&Backend_ServiceDesc, srv)
}

func _Backend_Describe_Handler(srv interface{}, ctx context.Context, dec func(interface{}) error, interceptor grpc.UnaryServerInterceptor) (interface{}, error) {
	in := new(DescribeRequest)
	if err := dec(in); err != nil {
		return nil, err
	}
	if interceptor == nil {
		return srv.(BackendServer).Describe(ctx, in)
	}
	info := &grpc.UnaryServerInfo{
		Server:     srv,
		FullMethod: Backend_Describe_FullMethodName,
	}
	handler := func(ctx context.Context, req interface{}) (interface{}, error) {
		return srv.(BackendServer).Describe(ctx, req.(*DescribeRequest))
	}
	return interceptor(ctx, in, info, handler)
}

func _Backend_Acquire_Handler(srv interface{}, ctx context.Context, dec func(interface{}) error, interceptor grpc.UnaryServerInterceptor) (interface{}, error) {
	in := new(AcquireRequest)
	if err := dec(in); err != nil {
		return nil, err
	}
	if interceptor == nil {
		return srv.(BackendServer).Acquire(ctx, in)
	}
	info := &grpc.UnaryServerInfo{
		Server:     srv,
		FullMethod: Backend_Acquire_FullMethodName,
	}
	handler := func(ctx context.Context, req interface{}) (interface{}, error) {
		return srv.(BackendServer).Acquire(ctx, req.(*AcquireRequest))
	}
	return interceptor(ctx, in, info, handler)
}

func _Backend_Renew_Handler(srv interface{}, ctx context.Context, dec func(interface{}) error, interceptor grpc.UnaryServerInterceptor) (interface{}, error) {
	in := new(RenewRequest)
	if err := dec(in); err != nil {
		return nil, err
	}
	if interceptor == nil {
		return srv.(BackendServer).Renew(ctx, in)
	}
	info := &grpc.UnaryServerInfo{
		Server:     srv,
		FullMethod: Backend_Renew_FullMethodName,
	}
	handler := func(ctx context.Context, req interface{}) (interface{}, error) {
		return srv.(BackendServer).Renew(ctx, req.(*RenewRequest))
	}
	return interceptor(ctx, in, info, handler)
}

func _Backend_Release_Handler(srv interface{}, ctx context.Context, dec func(interface{}) error, interceptor grpc.UnaryServerInterceptor) (interface{}, error) {
	in := new(ReleaseRequest)
	if err := dec(in); err != nil {
		return nil, err
	}
	if interceptor == nil {
		return srv.(BackendServer).Release(ctx, in)
	}
	info := &grpc.UnaryServerInfo{
		Server:     srv,
		FullMethod: Backend_Release_FullMethodName,
	}
	handler := func(ctx context.Context, req interface{}) (interface{}, error) {
		return srv.(BackendServer).Release(ctx, req.(*ReleaseRequest))
	}
	return interceptor(ctx, in, info, handler)
}

func _Backend_Current_Handler(srv interface{}, ctx context.Context, dec func(interface{}) error, interceptor grpc.UnaryServerInterceptor) (interface{}, error) {
	in := new(CurrentRequest)
	if err := dec(in); err != nil {
		return nil, err
	}
	if interceptor == nil {
		return srv.(BackendServer).Current(ctx, in)
	}
	info := &grpc.UnaryServerInfo{
		Server:     srv,
		FullMethod: Backend_Current_FullMethodName,
	}
	handler := func(ctx context.Context, req interface{}) (interface{}, error) {
		return srv.(BackendServer).Current(ctx, req.(*CurrentRequest))
	}
	return interceptor(ctx, in, info, handler)
}

func _Backend_List_Handler(srv interface{}, stream grpc.ServerStream) error {
	m := new(ListRequest)
	if err := stream.RecvMsg(m); err != nil {
		return err
	}
	return srv.(BackendServer).List(m, &grpc.GenericServerStream[ListRequest, ListResponse]{ServerStream: stream})
}

// This type alias is provided for backwards compatibility with existing code that references the prior non-generic stream type by name.
type Backend_ListServer = grpc.ServerStreamingServer[ListResponse]

func _Backend_Setup_Handler(srv interface{}, ctx context.Context, dec func(interface{}) error, interceptor grpc.UnaryServerInterceptor) (interface{}, error) {
	in := new(SetupRequest)
	if err := dec(in); err != nil {
		return nil, err
	}
	if interceptor == nil {
		return srv.(BackendServer).Setup(ctx, in)
	}
	info := &grpc.UnaryServerInfo{
		Server:     srv,
		FullMethod: Backend_Setup_FullMethodName,
	}
	handler := func(ctx context.Context, req interface{}) (interface{}, error) {
		return srv.(BackendServer).Setup(ctx, req.(*SetupRequest))
	}
	return interceptor(ctx, in, info, handler)
}

func _Backend_Check_Handler(srv interface{}, ctx context.Context, dec func(interface{}) error, interceptor grpc.UnaryServerInterceptor) (interface{}, error) {
	in := new(CheckRequest)
	if err := dec(in); err != nil {
		return nil, err
	}
	if interceptor == nil {
		return srv.(BackendServer).Check(ctx, in)
	}
	info := &grpc.UnaryServerInfo{
		Server:     srv,
		FullMethod: Backend_Check_FullMethodName,
	}
	handler := func(ctx context.Context, req interface{}) (interface{}, error) {
		return srv.(BackendServer).Check(ctx, req.(*CheckRequest))
	}
	return interceptor(ctx, in, info, handler)
}

// Backend_ServiceDesc is the grpc.ServiceDesc for Backend service.
// It's only intended for direct use with grpc.RegisterService,
// and not to be introspected or modified (even as a copy)
var Backend_ServiceDesc = grpc.ServiceDesc{
	ServiceName: "stormlock.backend.v1.Backend",
	HandlerType: (*BackendServer)(nil),
	Methods: []grpc.MethodDesc{
		{
			MethodName: "Describe",
			Handler:    _Backend_Describe_Handler,
		},
		{
			MethodName: "Acquire",
			Handler:    _Backend_Acquire_Handler,
		},
		{
			MethodName: "Renew",
			Handler:    _Backend_Renew_Handler,
		},
		{
			MethodName: "Release",
			Handler:    _Backend_Release_Handler,
		},
		{
			MethodName: "Current",
			Handler:    _Backend_Current_Handler,
		},
		{
			MethodName: "Setup",
			Handler:    _Backend_Setup_Handler,
		},
		{
			MethodName: "Check",
			Handler:    _Backend_Check_Handler,
		},
	},
	Streams: []grpc.StreamDesc{
		{
			StreamName:    "List",
			Handler:       _Backend_List_Handler,
			ServerStreams: true,
		},
	},
	Metadata: "stormlock/backend/v1/backend.proto",
}
