# Every target works in a fresh clone. See `make help`.

VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
PREFIX   ?= /usr/local
DESTDIR  ?=
BIN      := bin
DIST     := dist
BACKENDS ?= $(patsubst plugins/%/cmd,%,$(wildcard plugins/*/cmd))

# The version that the modules of the workspace require of each other until
# they are published.
SIBLINGS := v0.1.0

# The version is stamped here. Go's own stamping fails in a checkout that
# belongs to another user, as in a container. The tag is gRPC's own: without
# its tracing the linker drops what is not used, 8 MB of redis.
TAGS          := grpcnotrace
GOFLAGS_BUILD := -tags $(TAGS) -trimpath -buildvcs=false -ldflags "-s -w -X github.com/stormlock/stormlock/sdk/buildinfo.version=$(VERSION)"
BUILD         := CGO_ENABLED=0 go build $(GOFLAGS_BUILD)
TOOLS         := $(CURDIR)/.tools
MODULES       := $(shell scripts/modules.sh)
CORE          := ./cmd/stormlock
PLUGINS       := $(foreach b,$(BACKENDS),./plugins/$(b)/cmd/...)

# What packages are made for, and with.
PLATFORMS ?= linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64
PACKAGERS := $(TOOLS)/nfpm $(TOOLS)/cyclonedx-gomod

.DEFAULT_GOAL := help
.PHONY: help build install install-core install-backends known-backends uninstall packages packages-check demo test fuzz deps servers lint fmt vuln release-check generate protocol tidy bench torture cross clean

help: ## show this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 22

build: known-backends ## build all executables into bin/, or those of BACKENDS
	$(BUILD) -o "$(BIN)/" $(CORE) $(PLUGINS)
	$(call link_postgresql,$(BIN))

install: install-core install-backends ## install into PREFIX (/usr/local), with only the backends in BACKENDS (all)

install-core: known-backends ## install stormlock, its man pages and its completions
	mkdir -p "$(DESTDIR)$(PREFIX)/bin" $(foreach d,$(sort $(dir $(MAN) $(COMPLETIONS))),"$(SHARE)/$(d)")
	$(BUILD) -o "$(DESTDIR)$(PREFIX)/bin/" $(CORE)
	install -m 644 man/*.1 "$(SHARE)/$(dir $(firstword $(MAN)))"
	$(foreach f,$(COMPLETIONS),$(COMPLETION) $(patsubst .%,%,$(suffix $(f))) >"$(SHARE)/$(basename $(f))" &&) true

install-backends: known-backends ## install the executables of BACKENDS
	mkdir -p "$(DESTDIR)$(PREFIX)/bin"
	$(if $(PLUGINS),$(BUILD) -o "$(DESTDIR)$(PREFIX)/bin/" $(PLUGINS))
	$(call link_postgresql,$(DESTDIR)$(PREFIX)/bin)

uninstall: ## remove what install put into PREFIX
	rm -f $(foreach f,$(MAN) $(basename $(COMPLETIONS)),"$(SHARE)/$(f)")
	rm -f "$(DESTDIR)$(PREFIX)/bin/stormlock" $(foreach b,$(BACKENDS) $(POSTGRESQL),"$(DESTDIR)$(PREFIX)/bin/stormlock-backend-$(b)")

packages: known-backends $(PACKAGERS) ## build .deb, .rpm and .tar.gz for PLATFORMS into dist/, with checksums and SBOMs
	@BACKENDS="$(BACKENDS)" PLATFORMS="$(PLATFORMS)" scripts/packages.sh "$(VERSION)" "$(DIST)" $(PACKAGERS)

demo: ## show the main job on the embedded backend; needs Go alone
	@scripts/demo.sh

# The torture keeps every core busy, so that it runs when the others are done:
# beside it they would measure little but how long they wait for their turn.
TORTURE := github.com/stormlock/stormlock/test/torture

test: deps ## run every test, real servers included
	others=$$(go list work | grep -vx $(TORTURE)) && go test -race -timeout 40m $$others
	go test -race -timeout 20m $(TORTURE)

FUZZTIME ?= 30s
fuzz: ## run every fuzz target, for FUZZTIME (30s) each
	@FUZZTIME="$(FUZZTIME)" scripts/fuzz.sh

deps: $(TOOLS)/etcd $(TOOLS)/staticcheck $(PACKAGERS) $(TOOLS)/buf ## install what the tests need: servers, tools, a C compiler
	@scripts/test-deps.sh
	@scripts/test-dynamodb.sh $(TOOLS)/dynamodb
	@$(MAKE) -s -C examples/python
	@$(MAKE) -s -C examples/node

servers: deps ## keep the slow servers of the tests running, until Ctrl-C
	go run ./test/servers/run

lint: $(TOOLS)/staticcheck $(TOOLS)/buf ## gofumpt, go vet, staticcheck; the protocol against released ones
	@unformatted=$$($(TOOLS)/gofumpt -l .) || exit 1; \
		[ -z "$$unformatted" ] || { echo "not formatted, run make fmt: $$unformatted" >&2; exit 1; }
	go vet work
	$(TOOLS)/staticcheck $(addsuffix /...,$(MODULES))
	cd tools && GOWORK=off go vet ./...
	scripts/protocol.sh $(TOOLS)/buf

fmt: $(TOOLS)/staticcheck ## format the code
	$(TOOLS)/gofumpt -w .

vuln: $(TOOLS)/staticcheck ## look for known vulnerabilities in each module; needs the database on the network
	@scripts/vuln.sh $(SIBLINGS) $(TOOLS)/govulncheck

packages-check: ## install, use and remove the packages in dist/; on Debian, changing nothing
	@scripts/debian-proof.sh "$(DIST)"
	@scripts/rpm-proof.sh "$(DIST)"

release-check: known-backends $(PACKAGERS) ## build the packages into dist/ twice, and compare them byte for byte
	@BACKENDS="$(BACKENDS)" PLATFORMS="$(PLATFORMS)" scripts/release-check.sh "$(VERSION)" "$(DIST)" $(PACKAGERS)

generate: $(TOOLS)/staticcheck $(TOOLS)/buf ## make the generated code and the man pages anew
	cd sdk && PATH="$(TOOLS):$$PATH" buf lint && PATH="$(TOOLS):$$PATH" buf generate
	mkdir -p man && go test ./cmd/stormlock -count=1 -run '^TestManPages$$' -write-man

# Once for each version in which the protocol has changed.
protocol: $(TOOLS)/buf ## keep the protocol of the version that is about to be tagged, SIBLINGS
	cd sdk && $(TOOLS)/buf build --exclude-source-info -o proto/released/$(SIBLINGS).binpb

tidy: ## go mod tidy for every module, siblings coming from this checkout
	scripts/tidy.sh $(SIBLINGS)

bench: ## sizes, and the times of whole processes, in medians
	@dir=$$(mktemp -d) && trap 'rm -rf "$$dir"' EXIT && \
		$(BUILD) -o "$$dir/" $(CORE) $(PLUGINS) ./test/bench/bare ./test/bench/inprocess/... && \
		go run ./test/bench -bin "$$dir"

# The report is kept, so that a run goes on where another stopped.
COUNT ?= 30
ONLY  ?=
torture: deps ## break stores, networks and stormlock; hours, COUNT=30 each, ONLY=REGEXP
	go run ./test/torture -count $(COUNT) -only "$(ONLY)" -report torture.jsonl
	go run ./test/torture -seeded -report torture.jsonl
	go run ./test/torture -table -report torture.jsonl

cross: ## build for the other systems
	GOOS=darwin GOARCH=arm64 $(BUILD) work
	GOOS=windows GOARCH=amd64 $(BUILD) work

clean: ## remove bin/, dist/, .tools/ and what the examples were built into
	rm -rf bin dist $(TOOLS)
	@$(MAKE) -s -C examples/python clean
	@$(MAKE) -s -C examples/node clean

# The configuration files of Python's stormlock say "backend = postgresql".
POSTGRESQL      := $(if $(filter postgres,$(BACKENDS)),postgresql)
link_postgresql  = $(if $(POSTGRESQL),cd "$(1)" && exe=$$(go env GOEXE) && \
	if [ -n "$$exe" ]; then set -- cp; else set -- ln -sf; fi && "$$@" stormlock-backend-postgres$$exe stormlock-backend-postgresql$$exe)

known-backends:
	@for b in $(BACKENDS); do \
		[ -d "plugins/$$b/cmd" ] || { echo "BACKENDS: there is no backend \"$$b\"; there are: $$(ls plugins | tr '\n' ' ')" >&2; exit 1; }; \
	done

# The tools' versions are pinned in modules of their own, which are not part of
# the workspace: what they need must not decide what stormlock is built with.
$(TOOLS)/staticcheck: tools/go.mod tools/go.sum
	cd tools && GOWORK=off GOBIN=$(TOOLS) go install tool
	@touch $@

$(TOOLS)/buf: tools/buf/go.mod tools/buf/go.sum
	cd tools/buf && GOWORK=off GOBIN=$(TOOLS) go install tool
	@touch $@

# What install puts below share: man pages, and completion as PATH.SHELL.
SHARE       := $(DESTDIR)$(PREFIX)/share
MAN         := $(addprefix man/man1/,$(notdir $(wildcard man/*.1)))
COMPLETIONS := bash-completion/completions/stormlock.bash zsh/site-functions/_stormlock.zsh fish/vendor_completions.d/stormlock.fish.fish
# What was built may be for another system.
COMPLETION  := env -u GOOS -u GOARCH CGO_ENABLED=0 go run $(GOFLAGS_BUILD) $(CORE) completion

# Every SBOM has the hash of what made it, which must not depend on the folder.
$(TOOLS)/cyclonedx-gomod: tools/cyclonedx/go.mod tools/cyclonedx/go.sum
$(TOOLS)/nfpm: tools/nfpm/go.mod tools/nfpm/go.sum
$(PACKAGERS):
	cd $(<D) && GOWORK=off GOBIN=$(TOOLS) CGO_ENABLED=0 go install -trimpath tool
	@touch $@

$(TOOLS)/etcd: tools/etcd/go.mod tools/etcd/go.sum
	cd tools/etcd && GOWORK=off CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o $@ go.etcd.io/etcd/server/v3
