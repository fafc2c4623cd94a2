# sentinel-agent. `make help` lists the targets.
#
#   make                  release build in build/
#   make SAN=address      address, undefined and leak sanitizers, build/address
#   make SAN=thread       thread sanitizer, in build/thread
#   make CC=clang         any of them with the other compiler
#   make V=1              shows each command instead of what it makes
#
# A room is a folder of src/; every .c in it goes into that room's archive, so
# a new file needs no line here. Each program links its one library, and
# test/lint/needed proves it.

VERSION  := 0.1.0
PREFIX   ?= /usr/local
BINDIR   ?= $(PREFIX)/bin
SBINDIR  ?= $(PREFIX)/sbin
LIBEXECDIR ?= $(PREFIX)/libexec/sentinel-agent
UNITDIR  ?= $(PREFIX)/lib/systemd/system
SYSUSERSDIR ?= $(PREFIX)/lib/sysusers.d
CONFDIR  ?= $(SYSCONFDIR)/sentinel-agent
DATADIR  ?= $(PREFIX)/share
MANDIR   ?= $(DATADIR)/man
SYSCONFDIR ?= /etc
COMPLETIONS := bash-completion/completions zsh/vendor-completions \
               fish/vendor_completions.d
DESTDIR  ?=

SAN      ?=
B        := build$(if $(SAN),/$(SAN))
# As the caller has it, plus what the code needs.
CFLAGS   ?= -O2 -g
WARN     := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes \
            -Wmissing-prototypes -Wpointer-arith -Wcast-qual -Wundef \
            -Wwrite-strings -Wswitch-enum -Wvla -Wformat=2 -Wconversion \
            -Wno-sign-conversion
HARDEN   := -fstack-protector-strong -fPIE
CPPFLAGS += -Iinclude -Isrc -D_GNU_SOURCE -DVERSION='"$(VERSION)"' \
            -DLIBEXECDIR='"$(LIBEXECDIR)"'
ifeq ($(SAN),)
CPPFLAGS += -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
endif
ifeq ($(SAN),address)
SANFLAGS := -fsanitize=address,undefined -fno-sanitize-recover=all \
            -fno-omit-frame-pointer
endif
ifeq ($(SAN),thread)
SANFLAGS := -fsanitize=thread -fno-omit-frame-pointer
endif
ifeq ($(SAN),fuzz)
SANFLAGS := -fsanitize=fuzzer-no-link,address,undefined \
            -fno-sanitize-recover=all -fno-omit-frame-pointer
endif
ifeq ($(SAN),coverage)
# Counters live in the file itself: a process that is killed has told, too.
SANFLAGS := -fprofile-instr-generate -fcoverage-mapping
CPPFLAGS += -mllvm -runtime-counter-relocation
endif
ALLFLAGS  = -std=gnu17 $(CFLAGS) $(WARN) $(HARDEN) $(SANFLAGS) -MMD -MP
LINKFLAGS = $(CFLAGS) $(SANFLAGS) -pie -Wl,-z,relro,-z,now -Wl,--as-needed \
            $(LDFLAGS)

Q        := $(if $(V),,@)
comma    := ,
say       = $(if $(V),,@printf '  %-3s %s\n' $1 $2)

ROOMS    := base model wire engine config supervisor prober publisher \
            console ctl
SRC      := $(foreach r,$(ROOMS),$(wildcard src/$r/*.c))
OBJ      := $(SRC:%.c=$B/obj/%.o)
ARCHIVES := $(foreach r,$(ROOMS),$B/lib/$r.a)
PROGRAMS := sentinel-agent sentinel-prober sentinel-publisher \
            sentinel-console sentinelctl

LIBS_sentinel-agent     := -luv -lyaml
LIBS_sentinel-prober    := -luv -lhiredis
LIBS_sentinel-publisher := -luv -lzookeeper_mt -ljansson
LIBS_sentinel-console   := -luv -lmicrohttpd -ljansson
LIBS_sentinelctl        := -lcurl -ljansson
ROOM_sentinel-agent     := supervisor
ROOM_sentinel-prober    := prober
ROOM_sentinel-publisher := publisher
ROOM_sentinel-console   := console
ROOM_sentinelctl        := ctl
# OpenSSL and what stands before it are a library that the prober loads when
# an instance has `tls`; tls_load.c is in its place, in the program alone.
TLS_LIBRARY := sentinel-prober-tls.so
TLS_SRC  := $(filter-out %/tls_load.c,$(wildcard src/prober/tls*.c)) \
            src/model/address.c \
            $(addprefix src/base/,parse.c privacy.c secret.c text.c trouble.c)
TLS_OBJ  := $(TLS_SRC:%.c=$B/obj/pic/%.o)
LIBS_ALL := -luv -lyaml -lhiredis -lssl -lcrypto -lzookeeper_mt -ljansson \
            -lmicrohttpd -lcurl -lcmocka

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.PHONY: all help demo test test-fast test-gcc lint format install deb clean bench \
        bench-peers bench-fleet bench-death bench-faults bench-console \
        fuzz deps test-package test-bare-debian test-next-debian test-rpm \
        test-image prove torture soak coverage valgrind

all: $(PROGRAMS:%=$B/%) $B/$(TLS_LIBRARY) ## build the five programs

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-16s %s\n",$$1,$$2}' \
	    Makefile

$B/obj/%.o: %.c
	@mkdir -p $(@D)
	$(call say,cc,$@)
	$Q$(CC) $(CPPFLAGS) $(ALLFLAGS) -c -o $@ $<

$B/obj/pic/%.o: %.c
	@mkdir -p $(@D)
	$(call say,cc,$@)
	$Q$(CC) $(CPPFLAGS) $(ALLFLAGS) -fPIC -c -o $@ $<

define room_archive
$B/lib/$1.a: $(patsubst %.c,$B/obj/%.o,$(filter-out %/main.c %/tls_load.c,$(wildcard src/$1/*.c)))
	@mkdir -p $$(@D)
	@rm -f $$@
	$$(call say,ar,$$@)
	$Q$$(AR) rcsD $$@ $$^
endef
$(foreach r,$(ROOMS),$(eval $(call room_archive,$r)))

# program: its own main.o and room, and below it engine and config (the
# supervisor's only), wire, model, base.
define program
$B/$1: $B/obj/src/$(ROOM_$1)/main.o $B/lib/$(ROOM_$1).a $(if $(filter supervisor,$(ROOM_$1)),$B/lib/engine.a $B/lib/config.a) $B/lib/wire.a $B/lib/model.a $B/lib/base.a
	$$(call say,ld,$$@)
	$Q$$(CC) $$(LINKFLAGS) -o $$@ $$(filter %.o,$$^) $$(filter %.a,$$^) $(LIBS_$1)
endef
$(foreach p,$(PROGRAMS),$(eval $(call program,$p)))

$B/sentinel-prober: $B/obj/src/prober/tls_load.o

# A sanitizer's own calls are in the program that loads it.
$B/$(TLS_LIBRARY): $(TLS_OBJ)
	$(call say,ld,$@)
	$Q$(CC) $(filter-out -pie,$(LINKFLAGS)) -shared -Wl,-Bsymbolic \
	    $(if $(SAN),,-Wl$(comma)-z$(comma)defs) -o $@ $^ -lssl -lcrypto

# --- tests ---------------------------------------------------------------
# A unit test is one file in test/unit; it may use any room's archive, and
# the linker takes only what it names.
UNIT     := $(patsubst test/unit/%.c,$B/test/unit/%,$(wildcard test/unit/test_*.c))
SIM      := $B/test/sim/simulation
BENCH    := $B/test/bench/floor $B/test/bench/floor_tls
FAKES    := $(patsubst test/fault/%.c,$B/test/fault/%,$(filter-out %_so.c,$(wildcard test/fault/*.c)))
PRELOADS := $(patsubst test/fault/%_so.c,$B/test/fault/%.so,$(wildcard test/fault/*_so.c))
SIM_OBJ  := $(patsubst %.c,$B/obj/%.o,$(wildcard test/sim/*.c))

# One has functions of its own in the place of the allocator's.
$B/test/unit/test_no_memory: WRAP := -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc
$B/test/unit/%: $B/obj/test/unit/%.o $(ARCHIVES)
	@mkdir -p $(@D)
	$(call say,ld,$@)
	$Q$(CC) $(LINKFLAGS) $(WRAP) -o $@ $< -Wl,--start-group $(ARCHIVES) \
	    -Wl,--end-group $(LIBS_ALL)

$(SIM): $(SIM_OBJ) $(ARCHIVES)
	@mkdir -p $(@D)
	$(call say,ld,$@)
	$Q$(CC) $(LINKFLAGS) -o $@ $(SIM_OBJ) -Wl,--start-group $(ARCHIVES) \
	    -Wl,--end-group $(LIBS_ALL)

# The bare probers: what both share, and for one of them OpenSSL.
$B/test/bench/floor_tls: LIBS_BENCH := -lssl -lcrypto
$B/test/bench/%: $B/obj/test/bench/%.o $B/obj/test/bench/floor_rounds.o
	@mkdir -p $(@D)
	$(call say,ld,$@)
	$Q$(CC) $(LINKFLAGS) -o $@ $^ $(LIBS_BENCH)

$B/test/fault/%: $B/obj/test/fault/%.o $(ARCHIVES)
	@mkdir -p $(@D)
	$(call say,ld,$@)
	$Q$(CC) $(LINKFLAGS) -o $@ $< -Wl,--start-group $(ARCHIVES) \
	    -Wl,--end-group $(LIBS_ALL)

# What a test puts before the C library, by LD_PRELOAD: never sanitized.
$B/test/fault/%.so: test/fault/%_so.c
	@mkdir -p $(@D)
	$(call say,ld,$@)
	$Q$(CC) $(CPPFLAGS) -std=gnu17 $(CFLAGS) $(WARN) -fPIC -shared -o $@ $<

# Fuzzers are clang's, and a build of their own: SAN=fuzz, in build/fuzz.
FUZZ     := $(patsubst test/fuzz/%.c,build/fuzz/%,$(wildcard test/fuzz/fuzz_*.c))
ifeq ($(SAN),fuzz)
build/fuzz/%: $B/obj/test/fuzz/%.o $(ARCHIVES)
	$(call say,ld,$@)
	$Q$(CC) $(LINKFLAGS) -fsanitize=fuzzer -o $@ $< -Wl,--start-group \
	    $(ARCHIVES) -Wl,--end-group $(LIBS_ALL)
endif

-include $(OBJ:.o=.d) $(TLS_OBJ:.o=.d) $(wildcard $B/obj/test/*/*.d)

# --- targets for people ---------------------------------------------------
.PHONY: test-programs unit-programs fuzz-programs
JOBS     := $(shell nproc)

# What test/run runs, beside the programs themselves.
test-programs: unit-programs $(FAKES) $(PRELOADS) $(BENCH)
unit-programs: $(UNIT) $(if $(SIM_OBJ),$(SIM))

ifeq ($(SAN),fuzz)
fuzz-programs: $(FUZZ)
else
fuzz-programs:
	@$(MAKE) --no-print-directory CC=clang SAN=fuzz fuzz-programs
endif

# What only a rule of patterns names is kept all the same.
.SECONDARY:

# The installed supervisor looks for its helpers in LIBEXECDIR: another one
# than it was built with means building what names it again.
ifneq ($(file <$B/libexecdir),$(LIBEXECDIR))
.PHONY: $B/libexecdir
endif
$B/libexecdir:
	@mkdir -p $(@D)
	@echo '$(LIBEXECDIR)' >$@
$(patsubst %.c,$B/obj/%.o,$(wildcard src/supervisor/*.c src/ctl/*.c)): $B/libexecdir

deps: ## install what building needs (Debian 12)
	@packaging/install-deps build

demo: ## see it work, on servers of its own, in half a minute
	@packaging/install-deps demo
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@test/demo/demo

test: ## everything: both compilers, sanitizers, real servers
	@packaging/install-deps test lint
	@packaging/get-readers
	@packaging/get-haproxy
	@test/run

test-fast: ## lint, unit tests and the simulation
	@packaging/install-deps test lint
	@test/run --fast

test-gcc: ## make test, with gcc's sanitizers on everything
	@packaging/install-deps test lint
	@packaging/get-readers
	@packaging/get-haproxy
	@test/run --sanitizer gcc

prove: ## break all that can break, for real: make prove FAST=1, SEED=7 MIX=20
	@packaging/install-deps test
	@$(MAKE) --no-print-directory -j$(JOBS) all test-programs
	@test/prove/run $(if $(FAST),--fast) $(if $(ONLY),--only $(ONLY)) \
	    $(if $(MIX),--mix $(MIX)) $(if $(SEED),--seed $(SEED))

soak: ## does anything grow? 20 minutes; a week's rounds: make soak ROUNDS=60480
	@packaging/install-deps test
	@$(MAKE) --no-print-directory -j$(JOBS) all test-programs
	@test/soak/run $(if $(ROUNDS),--rounds $(ROUNDS)) \
	    $(if $(LEAK),--leak $(LEAK))

torture: ## each call of each program fails in turn; hours, Ctrl-C sums up
	@packaging/install-deps test
	@$(MAKE) --no-print-directory -j$(JOBS) all test-programs
	@test/torture/run

valgrind: ## unit tests, supervisor and console under memcheck; ten minutes
	@packaging/install-deps valgrind
	@$(MAKE) --no-print-directory -j$(JOBS) all test-programs
	@test/valgrind/run

coverage: ## what no test ever ran; forty minutes
	@packaging/install-deps test
	@$(MAKE) --no-print-directory -j$(JOBS) CC=clang SAN=coverage all \
	    test-programs
	@test/coverage/run

fuzz: ## each fuzzer for a minute: make fuzz SECONDS_EACH=60
	@packaging/install-deps test
	@$(MAKE) --no-print-directory -j$(JOBS) fuzz-programs
	@$(MAKE) --no-print-directory -j$(JOBS) CC=clang SAN=address all \
	    test-programs
	@test/fuzz/run $(or $(SECONDS_EACH),60)

bench: ## cost against a bare epoll prober; ten minutes
	@packaging/install-deps test
	@$(MAKE) --no-print-directory -j$(JOBS) all $(BENCH)
	@test/bench/run

# Go's libraries, HAProxy and redis_exporter are for this alone: Debian's, the
# latter two unpacked into build/ and not installed.
bench-peers: ## the agent beside its peers; writes docs: QUICK=1 eight minutes
	@packaging/install-deps bench
	@packaging/get-haproxy
	@packaging/get-exporter
	@$(MAKE) --no-print-directory -j$(JOBS) all $(BENCH)
	@test/bench/peers $(if $(QUICK),--quick)

bench-fleet: ## many agents on one ZooKeeper; seven minutes: AGENTS=200
	@packaging/install-deps test
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@test/bench/fleet $(if $(AGENTS),--agents $(AGENTS))

bench-faults: ## CPU in each fault, and how soon a helper is back; six minutes
	@packaging/install-deps test
	@$(MAKE) --no-print-directory -j$(JOBS) all test-programs
	@test/bench/faults

bench-console: ## answers of the console under load, as percentiles
	@packaging/install-deps test
	@$(MAKE) --no-print-directory -j$(JOBS) all test-programs
	@test/bench/console

bench-death: ## from a Redis' death to a watcher's event; eight minutes
	@packaging/install-deps test
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@test/bench/death

lint: ## layout, arrows between rooms, clang-tidy
	@packaging/install-deps lint
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@test/run --only lint

format: ## lay out all C as .clang-format says
	@clang-format -i $(wildcard include/*/*.h src/*/*.[ch] test/*/*.[ch])

# Into the places of the FHS; a package sets them its own way.
install: all ## DESTDIR= PREFIX=/usr/local SYSCONFDIR=/etc
	install -d $(DESTDIR)$(SBINDIR) $(DESTDIR)$(BINDIR) \
	    $(DESTDIR)$(LIBEXECDIR) $(DESTDIR)$(UNITDIR) \
	    $(DESTDIR)$(SYSUSERSDIR) $(DESTDIR)$(CONFDIR)/instances.d
	install -m 755 $B/sentinel-agent $(DESTDIR)$(SBINDIR)
	install -m 755 $B/sentinelctl $(DESTDIR)$(BINDIR)
	install -d $(addprefix $(DESTDIR)$(DATADIR)/,$(COMPLETIONS)) \
	    $(foreach s,1 5 8,$(DESTDIR)$(MANDIR)/man$s)
	$B/sentinelctl --print-completion bash \
	    >$(DESTDIR)$(DATADIR)/bash-completion/completions/sentinelctl
	$B/sentinelctl --print-completion zsh \
	    >$(DESTDIR)$(DATADIR)/zsh/vendor-completions/_sentinelctl
	$B/sentinelctl --print-completion fish \
	    >$(DESTDIR)$(DATADIR)/fish/vendor_completions.d/sentinelctl.fish
	$(foreach s,1 5 8,install -m 644 $(wildcard docs/man/*.$s) \
	    $(DESTDIR)$(MANDIR)/man$s;)
	install -m 755 $B/sentinel-prober $B/sentinel-publisher \
	    $B/sentinel-console $(DESTDIR)$(LIBEXECDIR)
	install -m 644 $B/$(TLS_LIBRARY) $(DESTDIR)$(LIBEXECDIR)
	sed 's|@SBINDIR@|$(SBINDIR)|;s|@CONFDIR@|$(CONFDIR)|' \
	    packaging/systemd/sentinel-agent.service.in \
	    >$(DESTDIR)$(UNITDIR)/sentinel-agent.service
	chmod 644 $(DESTDIR)$(UNITDIR)/sentinel-agent.service
	install -m 644 packaging/systemd/sentinel-agent.sysusers \
	    $(DESTDIR)$(SYSUSERSDIR)/sentinel-agent.conf
	test -e $(DESTDIR)$(CONFDIR)/sentinel-agent.yaml || \
	    install -m 644 etc/sentinel-agent.yaml $(DESTDIR)$(CONFDIR)
	install -m 644 etc/instances.d/*.example $(DESTDIR)$(CONFDIR)/instances.d

deb: ## a Debian package, into build/deb
	@packaging/install-deps deb
	@packaging/make-deb $(VERSION)

test-package: ## the package's life in a Debian 12 of its own; root, minutes
	@packaging/install-deps package
	@test/packaging/life-cycle

test-bare-debian: ## the README's commands on a bare Debian 12; root, minutes
	@packaging/install-deps package
	@test/packaging/bare-debian

test-next-debian: ## package, unit and state tests on Debian 13; root, minutes
	@packaging/install-deps package
	@test/packaging/next-debian

test-rpm: ## the package of rpm, as far as Debian can tell; minutes
	@packaging/install-deps package
	@test/packaging/rpm

test-image: ## the image of the Containerfile, built and run; root, minutes
	@packaging/install-deps image
	@test/packaging/image

clean: ## remove build/
	rm -rf build
