package plugin

import (
	"context"
	"fmt"
	"os"
	"runtime/debug"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// A panic in a backend is a fault of one call. It must not end the process:
// other calls are running, and the host would learn nothing.

func recoverCall(ctx context.Context, req any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (answer any, err error) {
	defer reportPanic(info.FullMethod, &err)
	return next(ctx, req)
}

func recoverStream(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, next grpc.StreamHandler) (err error) {
	defer reportPanic(info.FullMethod, &err)
	return next(srv, stream)
}

func reportPanic(method string, err *error) {
	if p := recover(); p != nil {
		fmt.Fprintf(os.Stderr, "panic in %s: %v\n%s", method, p, debug.Stack())
		*err = status.Errorf(codes.Internal, "the backend panicked: %v", p)
	}
}
