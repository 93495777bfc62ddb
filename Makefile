# Every target works in a fresh clone. See `make help`.

VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
PREFIX   ?= /usr/local
DESTDIR  ?=
BACKENDS ?= local redis

# The version that the modules of the workspace require of each other until
# they are published.
SIBLINGS := v0.1.0

# The version is stamped here. Go's own stamping fails in a checkout that
# belongs to another user, as in a container.
GOFLAGS_BUILD := -trimpath -buildvcs=false -ldflags "-s -w -X github.com/stormlock/stormlock/sdk/buildinfo.version=$(VERSION)"
BUILD         := CGO_ENABLED=0 go build $(GOFLAGS_BUILD)
TOOLS         := $(CURDIR)/.tools
MODULES       := $(shell sed -nE 's/^[[:space:]]+(\.[^[:space:]]*)$$/\1/p' go.work)

.DEFAULT_GOAL := help
.PHONY: help build install uninstall demo test deps lint fmt vuln generate tidy bench cross clean

help: ## show this list
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 18

build: ## build all executables into bin/
	$(BUILD) -o bin/ ./cmd/stormlock $(foreach b,$(BACKENDS),./plugins/$(b)/cmd/...)

install: ## install into PREFIX (/usr/local), with only the backends in BACKENDS ("local redis")
	@for b in $(BACKENDS); do \
		[ -d "plugins/$$b/cmd" ] || { echo "make install: there is no backend \"$$b\"; there are: $$(ls plugins | tr '\n' ' ')" >&2; exit 1; }; \
	done
	mkdir -p "$(DESTDIR)$(PREFIX)/bin"
	$(BUILD) -o "$(DESTDIR)$(PREFIX)/bin/" ./cmd/stormlock $(foreach b,$(BACKENDS),./plugins/$(b)/cmd/...)

uninstall: ## remove what install put into PREFIX
	rm -f "$(DESTDIR)$(PREFIX)/bin/stormlock" $(foreach b,$(BACKENDS),"$(DESTDIR)$(PREFIX)/bin/stormlock-backend-$(b)")

demo: ## show the main job on the embedded backend; needs Go alone
	@scripts/demo.sh

test: deps ## run every test, real servers included
	go test -race -timeout 20m work

deps: # install the servers and the C compiler that the tests need
	@scripts/test-deps.sh

lint: $(TOOLS)/staticcheck ## gofumpt, go vet, staticcheck
	@unformatted=$$($(TOOLS)/gofumpt -l .) || exit 1; \
		[ -z "$$unformatted" ] || { echo "not formatted, run make fmt: $$unformatted" >&2; exit 1; }
	go vet work
	$(TOOLS)/staticcheck $(addsuffix /...,$(MODULES))
	cd tools && GOWORK=off go vet ./...

fmt: $(TOOLS)/staticcheck ## format the code
	$(TOOLS)/gofumpt -w .

vuln: $(TOOLS)/staticcheck ## look for known vulnerabilities; needs the database on the network
	@scripts/vuln.sh $(TOOLS)/govulncheck $(MODULES)

generate: $(TOOLS)/staticcheck $(TOOLS)/buf ## make the generated code anew
	cd sdk && PATH="$(TOOLS):$$PATH" buf lint && PATH="$(TOOLS):$$PATH" buf generate

tidy: ## go mod tidy for every module, siblings coming from this checkout
	scripts/tidy.sh $(SIBLINGS)

bench: ## time whole processes, in medians
	@dir=$$(mktemp -d) && trap 'rm -rf "$$dir"' EXIT && \
		$(BUILD) -o "$$dir/" ./cmd/stormlock ./test/bench/bare $(foreach b,$(BACKENDS),./plugins/$(b)/cmd/...) && \
		go run ./test/bench -bin "$$dir"

cross: ## build for the other systems
	GOOS=darwin GOARCH=arm64 CGO_ENABLED=0 go build -buildvcs=false work
	GOOS=windows GOARCH=amd64 CGO_ENABLED=0 go build -buildvcs=false work

clean: ## remove bin/ and .tools/
	rm -rf bin $(TOOLS)

# The tools' versions are pinned in modules of their own, which are not part of
# the workspace: what they need must not decide what stormlock is built with.
$(TOOLS)/staticcheck: tools/go.mod tools/go.sum
	cd tools && GOWORK=off GOBIN=$(TOOLS) go install tool
	@touch $@

$(TOOLS)/buf: tools/buf/go.mod tools/buf/go.sum
	cd tools/buf && GOWORK=off GOBIN=$(TOOLS) go install tool
	@touch $@
