# Builds lunate: core/ becomes build/lunate/core.so, each core/lua/modules/<name>.c a module of its own.
# Nothing here lists sources: a new op, layer, loss ... is one new file, found by the directory listing.
# `make help` tells the targets; variables: BUILD, CC, CFLAGS, WERROR=1, SANITIZE=1 (or thread), LUA, PREFIX, DESTDIR,
# and OPENBLAS_DIR, JANSSON_DIR, ZLIB_DIR for libraries that pkg-config does not find.

ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(shell nproc 2>/dev/null || echo 2)  # a -j on the command line wins
endif
MAKEFLAGS += --no-builtin-rules
SHELL := /bin/sh
.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

BUILD ?= build
comma := ,
LUA ?= lua5.4
ifeq ($(origin CC),default)
CC := cc
endif
CFLAGS ?= -O2 -g
PREFIX ?= /usr/local
LUADIR ?= $(PREFIX)/share/lua/5.4
LIBDIR ?= $(PREFIX)/lib/lua/5.4
BINDIR ?= $(PREFIX)/bin
PKG_CONFIG ?= pkg-config

# ---- What a machine must have -----------------------------------------------------------------------
# Entries are <Debian package>=<how to see that it is there>: cmd:program, pc:pkg-config name, file:path.
NEED_build := gcc=cmd:$(firstword $(CC)) pkg-config=cmd:$(PKG_CONFIG) lua5.4=cmd:$(firstword $(LUA)) \
  liblua5.4-dev=pc:lua5.4|lua54|lua-5.4 libopenblas-dev=pc:openblas libjansson-dev=pc:jansson zlib1g-dev=pc:zlib
# Optional modules name theirs in their heads ("Optional modules" below).
NEED_demo = $(NEED_build) ca-certificates=file:/etc/ssl/certs/ca-certificates.crt \
  $(foreach m,$(MODULE_SOURCES),$(join $(addsuffix =pc:,$(call module_debian,$(m))),$(call module_pc,$(m))))
NEED_run = $(NEED_demo) gnuplot-nox=cmd:gnuplot graphviz=cmd:dot \
  fonts-dejavu-core=file:/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf
NEED_test = $(NEED_run) lua-busted=cmd:busted \
  openmpi-bin=cmd:mpirun patch=cmd:patch python3-protobuf=file:/usr/lib/python3/dist-packages/google/protobuf/__init__.py
NEED_lint := lua-check=cmd:luacheck lua5.4=cmd:$(firstword $(LUA))
NEED_rock := $(NEED_build) luarocks=cmd:luarocks
NEED_dist := zip=cmd:zip

# $(call setup,NEEDS): installs what is missing where apt and root are at hand, else names it and stops.
define setup
missing=; \
for need in $(foreach n,$(sort $(1)),'$(n)'); do \
  how=$${need#*=}; name=$${how#*:}; \
  case $$how in \
    cmd:*) command -v "$$name" >/dev/null 2>&1 ;; \
    file:*) test -e "$$name" ;; \
    pc:*) (IFS='|'; for pc in $$name; do $(PKG_CONFIG) --exists "$$pc" 2>/dev/null && exit 0; done; exit 1) ;; \
  esac || missing="$$missing $${need%%=*}"; \
done; \
if [ -n "$$missing" ]; then \
  sudo=; [ "$$(id -u)" = 0 ] || sudo='sudo -n'; \
  if command -v apt-get >/dev/null 2>&1 && { [ -z "$$sudo" ] || $$sudo true 2>/dev/null; }; then \
    echo "setting up this machine: apt-get install$$missing"; \
    log=$$({ $$sudo apt-get update -qq && \
    $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
      -o DPkg::Lock::Timeout=120 $$missing </dev/null; } 2>&1) || \
    { echo "$$log" >&2; echo "could not install:$$missing" >&2; exit 1; }; \
  else \
    echo "missing (as Debian names the packages):$$missing" >&2; \
    echo "install with: sudo apt-get install$$missing" >&2; exit 1; \
  fi; \
fi
endef

# ---- Flags, found only when something is compiled ---------------------------------------------------
COMPILING := $(filter-out test demo run asan fuzz fuzz-api tsan oom sanitized doc annotations bench lint repl rock dist uninstall clean help,$(or $(MAKECMDGOALS),all))
ifneq ($(COMPILING),)
ifeq ($(shell command -v $(PKG_CONFIG)),)
$(error pkg-config is missing (Debian package: pkg-config))
endif
# Libraries: pkg-config name, what is linked when pkg-config does not know it, Debian package. X_DIR, or
# X_INCDIR and X_LIBDIR (LuaRocks sets these), say where one is and come first.
LIBRARIES := OPENBLAS:openblas:openblas:libopenblas-dev JANSSON:jansson:jansson:libjansson-dev \
  ZLIB:zlib:z:zlib1g-dev
field = $(word $(1),$(subst :, ,$(2)))
library_incdir = $(or $($(1)_INCDIR),$(if $($(1)_DIR),$($(1)_DIR)/include))
library_libdir = $(or $($(1)_LIBDIR),$(if $($(1)_DIR),$($(1)_DIR)/lib))
library_known = $(shell $(PKG_CONFIG) --exists $(call field,2,$(1)) && echo yes)
$(foreach l,$(LIBRARIES),$(if $(call library_known,$(l))$(call library_libdir,$(call field,1,$(l))),,$(error \
  the C library $(call field,2,$(l)) is missing (Debian package: $(call field,4,$(l))))))
library_cflags = $(addprefix -I,$(call library_incdir,$(call field,1,$(1)))) \
  $(if $(call library_known,$(1)),$(shell $(PKG_CONFIG) --cflags $(call field,2,$(1))))
library_path = $(call library_libdir,$(call field,1,$(1)))
library_libs = $(if $(library_path),-L$(library_path) -l$(call field,3,$(1)) \
  $(if $(filter /usr/lib% /lib%,$(library_path)),,-Wl$(comma)-rpath$(comma)$(library_path)),$(shell \
  $(PKG_CONFIG) --libs $(call field,2,$(1))))
ifdef LUA_INCDIR
LUA_CFLAGS := -I$(LUA_INCDIR)
ifeq ($(shell grep -q '^.define LUA_VERSION_NUM[^0-9]*504' $(LUA_INCDIR)/lua.h && echo yes),)
$(error Lua 5.4 is wanted: $(LUA_INCDIR)/lua.h is not its header)
endif
else
LUA_PC := $(firstword $(foreach pc,lua5.4 lua54 lua-5.4,$(shell $(PKG_CONFIG) --exists $(pc) && echo $(pc))) \
  $(shell $(PKG_CONFIG) --exists 'lua >= 5.4' 'lua < 5.5' && echo lua))
$(if $(LUA_PC),,$(error Lua 5.4's headers are missing (Debian package: liblua5.4-dev)))
LUA_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(LUA_PC))
LUA_LIBS = $(shell $(PKG_CONFIG) --libs $(LUA_PC))
endif
LIBS_CFLAGS := $(foreach l,$(LIBRARIES),$(call library_cflags,$(l)))
LIBS := $(foreach l,$(LIBRARIES),$(call library_libs,$(l))) -lpthread -lm
endif

SYSTEM := $(shell uname)
SANITIZERS := $(strip $(if $(filter 1,$(SANITIZE)),-fsanitize=address$(comma)undefined \
  -fno-sanitize-recover=undefined) $(if $(filter thread,$(SANITIZE)),-fsanitize=thread))
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes
# -fno-math-errno here, since gcc ignores it in a pragma: without it no loop with a sqrt is vectorized.
ALL_CFLAGS := -std=c11 $(CFLAGS) $(WARNINGS) -fno-math-errno -fPIC -fvisibility=hidden -pthread \
  $(if $(filter 1,$(WERROR)),-Werror) \
  $(SANITIZERS) $(if $(SANITIZERS),-fno-omit-frame-pointer) \
  -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE $(if $(filter Darwin,$(SYSTEM)),-D_DARWIN_C_SOURCE) -Icore $(LUA_CFLAGS) $(LIBS_CFLAGS) $(CPPFLAGS)
# The core runs threads of its own: it must stay mapped when a Lua state closes (nodelete).
ALL_LDFLAGS := $(or $(LIBFLAG),$(if $(filter Darwin,$(SYSTEM)),-bundle -undefined dynamic_lookup,-shared)) \
  $(if $(filter Linux,$(SYSTEM)),-Wl$(comma)-z$(comma)nodelete) $(LDFLAGS) $(SANITIZERS)

# Unrolled tiles are compiled for minutes with a check beside each access: there it is called instead
# (gemm_avx512.c: 23 s for 142 s), and arithmetic on indices is checked in all other files alone.
UNROLLED := $(if $(filter 1,$(SANITIZE)),--param asan-instrumentation-with-call-threshold=0 \
  -fno-sanitize=undefined)

# ---- The core ---------------------------------------------------------------------------------------
MODULE_SOURCES := $(wildcard core/lua/modules/*.c)
SOURCES := $(sort $(filter-out $(MODULE_SOURCES),$(shell find core -name '*.c')))
OBJECTS := $(SOURCES:%.c=$(BUILD)/obj/%.o) $(BUILD)/obj/registry.o
LUA_FILES := $(shell find lua -name '*.lua')
ANNOTATIONS := $(BUILD)/annotations/lunate.lua

all: modules  ## build everything into $(BUILD)

$(BUILD)/lunate/core.so: $(OBJECTS)
	@mkdir -p $(@D)
	@echo "  link    $@"
	@$(CC) $(ALL_LDFLAGS) -o $@ $(OBJECTS) $(LIBS)
	@if nm -u $@ | grep ' ln_'; then echo "$@: these functions are declared but nowhere defined" >&2; exit 1; fi

$(BUILD)/obj/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	@echo "  compile $<"
	@$(CC) $(ALL_CFLAGS) $(if $(filter core/kernels/gemm_%,$<),$(UNROLLED)) \
	  $(if $(filter core/lua/modules/%,$<),$(call module_cflags,$<)) -MMD -MP -c -o $@ $<

$(BUILD)/obj/registry.o: $(BUILD)/gen/registry.c $(BUILD)/flags
	@mkdir -p $(@D)
	@$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# Other flags than last time compile everything anew.
ifneq ($(strip $(CC) $(ALL_CFLAGS)),$(strip $(shell cat $(BUILD)/flags 2>/dev/null)))
$(BUILD)/flags: FORCE
endif
$(BUILD)/flags:
	@mkdir -p $(@D)
	@echo '$(CC) $(strip $(ALL_CFLAGS))' > $@

# ---- Registries -------------------------------------------------------------------------------------
# A file <dir>/<name>.c that defines <prefix>_<name>[] is an entry; helpers beside it and _*.c are not.
REGISTRIES := \
  core/ops:LnOp:ln_ops:ln_op_families: \
  core/nn/layers:LnLayerClass:ln_layers:ln_layer_families:*const \
  core/nn/losses:LnLossClass:ln_losses:ln_loss_families:*const \
  core/nn/metrics:LnMetricClass:ln_metrics:ln_metric_families:*const \
  core/nn/optimizers:LnOptimizerClass:ln_optimizers:ln_optimizer_families:*const \
  core/nn/initializers:LnInitializerClass:ln_initializers:ln_initializer_families:*const \
  core/nn/regularizers:LnRegularizerClass:ln_regularizers:ln_regularizer_families:*const \
  core/nn/constraints:LnConstraintClass:ln_constraints:ln_constraint_families:*const \
  core/nn/schedules:LnScheduleClass:ln_schedules:ln_schedule_families:*const

# A file that is gone is no prerequisite that is newer: the listing of last time tells.
REGISTERED := $(filter core/ops/% core/nn/%,$(SOURCES))
ifneq ($(REGISTERED),$(strip $(shell cat $(BUILD)/gen/registered 2>/dev/null)))
$(BUILD)/gen/registry.c: FORCE
endif
$(BUILD)/gen/registry.c: $(REGISTERED)
	@mkdir -p $(@D)
	@{ echo '// Made by the Makefile from the listing of core/ops and core/nn: do not edit.'; \
	  echo '#include "nn/nn.h"'; echo '#include "ops/op.h"'; \
	  for registry in $(foreach r,$(REGISTRIES),'$(r)'); do \
	    IFS=:; set -f; set -- $$registry; set +f; unset IFS; \
	    dir=$$1 type=$$2 prefix=$$3 families=$$4 star=$$5 list=; echo; \
	    for file in $$dir/*.c; do \
	      name=$$(basename "$$file" .c); \
	      case $$name in _*|'*') continue ;; esac; \
	      grep -qF "$${prefix}_$$name[]" "$$file" || continue; \
	      echo "extern const $$type $${star}$${star:+ }$${prefix}_$$name[];"; \
	      list="$$list  $${prefix}_$$name,\n"; \
	    done; \
	    echo "extern const $$type *const $${star}$${star:+ }$$families[];"; \
	    printf "const $$type *const %s%s$$families[] = {\n$$list  NULL,\n};\n" "$$star" "$${star:+ }"; \
	  done; } > $@
	@echo '$(REGISTERED)' > $(@D)/registered

# ---- Optional modules -------------------------------------------------------------------------------
# The first lines of core/lua/modules/<name>.c name what it needs, package for package:
#   // pkg-config: libcurl libcrypto
#   // debian: libcurl4-openssl-dev libssl-dev
# and which of the core's files it is linked with, since it cannot see the core's symbols:
#   // with: core/io/picture.c core/kernels/resample.c
# One without a pkg-config line is always there.
module_pc = $(shell sed -n '1,12s,^// pkg-config: *,,p' $(1))
module_debian = $(shell sed -n '1,12s,^// debian: *,,p' $(1))
module_with = $(patsubst %.c,$(BUILD)/obj/%.o,$(shell sed -n '1,12s,^// with: *,,p' $(1)))
module_flags = $(if $(call module_pc,$(2)),$(shell $(PKG_CONFIG) $(1) $(call module_pc,$(2))))
module_cflags = $(call module_flags,--cflags,$(1))
module_there = $(if $(call module_pc,$(1)),$(shell $(PKG_CONFIG) --exists $(call module_pc,$(1)) && echo yes),yes)
module_name = $(basename $(notdir $(1)))
ifneq ($(COMPILING),)
MODULES_THERE := $(foreach m,$(MODULE_SOURCES),$(if $(call module_there,$(m)),$(m)))
endif
MODULES := $(MODULES_THERE:core/lua/modules/%.c=$(BUILD)/lunate/%.so)

# What is left out is told at the end of every build, and by ln.config().
modules: $(BUILD)/lunate/core.so $(MODULES)
	@$(foreach m,$(filter-out $(MODULES_THERE),$(MODULE_SOURCES)),echo \
	  "  without lunate.$(call module_name,$(m)): to enable it install $(or $(call module_debian,$(m)),$(call module_pc,$(m)))";):

$(foreach m,$(MODULES_THERE),$(eval $(BUILD)/lunate/$(call module_name,$(m)).so: $(call module_with,$(m))))
$(MODULES): $(BUILD)/lunate/%.so: $(BUILD)/obj/core/lua/modules/%.o
	@mkdir -p $(@D)
	@echo "  link    $@"
	@$(CC) $(ALL_LDFLAGS) -o $@ $^ $(call module_flags,--libs,core/lua/modules/$*.c) -lpthread -lm

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)

# ---- For tests alone: allocations that fail on demand (glibc), Lua with a sanitizer -------------------
FAILMALLOC := $(BUILD)/oom/failmalloc.so
SANITIZED_LUA := $(BUILD)/lua
TOOLS := $(if $(SANITIZERS),$(SANITIZED_LUA),$(if $(filter Linux,$(SYSTEM)),$(FAILMALLOC)))
tools: $(TOOLS)
	@:

$(FAILMALLOC): tests/oom/failmalloc.c $(BUILD)/flags
	@mkdir -p $(@D)
	@echo "  link    $@"
	@$(CC) -std=c11 -O2 -g $(WARNINGS) -fPIC -shared $(LUA_CFLAGS) -o $@ $<

$(SANITIZED_LUA): tests/support/lua.c $(BUILD)/flags
	@mkdir -p $(@D)
	@echo "  link    $@"
	@$(CC) -std=c11 -O1 -g $(WARNINGS) $(SANITIZERS) $(LUA_CFLAGS) -o $@ $< -Wl$(comma)-E $(LUA_LIBS) -lm -ldl

# ---- Running ----------------------------------------------------------------------------------------
# Absolute paths, so that a spec may change folder; the shell's own Lua settings stay out.
RUN = env -u LUA_INIT -u LUA_INIT_5_4 -u LUA_PATH_5_4 -u LUA_CPATH_5_4 LUNATE_BUILD="$(abspath $(BUILD))" \
  LUA_PATH="$(CURDIR)/lua/?.lua;$(CURDIR)/lua/?/init.lua;$(CURDIR)/tests/?.lua;;" LUA_CPATH="$(abspath $(BUILD))/?.so;;"
# Debian's busted follows /usr/bin/lua, which may be 5.1: tests/run.lua starts it under $(LUA), a
# process a spec file, JOBS side by side.
# What runs in several threads (make tsan).
THREADED := tests/robustness/states_spec.lua tests/robustness/threads_spec.lua \
  tests/data/dataset_spec.lua tests/data/batches_spec.lua tests/data/image_dataset_spec.lua
SUITE = $(LUA) tests/run.lua --ignore-lua $(TESTFLAGS) $(or $(TESTS),tests)

test:  ## set the machine up, build, run the suite; TESTS=path for a part, TESTFLAGS for busted, JOBS=2
	@$(call setup,$(NEED_test))
	@$(MAKE) --no-print-directory all tools
	@$(RUN) $(SUITE)

demo:  ## set the machine up, build, train the Fashion-MNIST classifier
	@$(call setup,$(NEED_demo))
	@$(MAKE) --no-print-directory all
	@$(RUN) $(LUA) scripts/quickstart.lua

# A leak in the core fails the run: Lua closes its state at the end, so whatever is left was lost.
asan:  ## the suite under AddressSanitizer and UBSan, in a build folder of its own
	@$(call setup,$(NEED_test))
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/asan SANITIZE=1 all
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/asan sanitized

# FORMATS="npy json" (all), N=10000 mutants of each, SEED=1, JOBS=2; ONLY=number repeats one mutant.
# A small quarantine, since forking (for libhdf5) takes the longer the more memory a process has.
fuzz:  ## mutated files through the loaders under the sanitizers (tests/fuzz/run.lua)
	@$(call setup,$(NEED_test))
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/asan SANITIZE=1 all
	@FORMATS="$(FORMATS)" N="$(N)" SEED="$(SEED)" JOBS="$(JOBS)" ONLY="$(ONLY)" \
	  $(MAKE) --no-print-directory BUILD=$(BUILD)/asan SUITE='$(LUA) tests/fuzz/run.lua' \
	  ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1:quarantine_size_mb=8 sanitized

# N=300000 calls, SEED=1, JOBS=2; ONLY=number repeats one trial.
fuzz-api:  ## random calls of everything public under the sanitizers (tests/fuzz/api.lua)
	@$(call setup,$(NEED_test))
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/asan SANITIZE=1 all
	@N="$(N)" SEED="$(SEED)" JOBS="$(JOBS)" ONLY="$(ONLY)" \
	  $(MAKE) --no-print-directory BUILD=$(BUILD)/asan SUITE='$(LUA) tests/fuzz/api.lua' \
	  ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1:max_allocation_size_mb=512:quarantine_size_mb=8:hard_rss_limit_mb=3000 \
	  sanitized

# STEP=10 tries each tenth allocation, SECONDS=10 for a sweep of a long case, CASES=pattern some
# cases, ONLY=number one of them, JOBS=2.
oom:  ## allocation failure injected at every allocation of whatever is public (tests/oom)
	@$(call setup,$(NEED_test))
	@$(MAKE) --no-print-directory all tools
	@$(RUN) STEP="$(STEP)" SECONDS="$(SECONDS)" CASES="$(CASES)" ONLY="$(ONLY)" JOBS="$(JOBS)" \
	  LD_PRELOAD="$(abspath $(FAILMALLOC))" $(LUA) tests/oom/run.lua

# The suite's threaded parts, but for fork_spec: in the child of a fork ThreadSanitizer knows no new
# threads. Neither OpenBLAS nor Lua is instrumented; nothing is suppressed.
tsan:  ## threads under ThreadSanitizer, in a build folder of its own
	@$(call setup,$(NEED_test))
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/tsan SANITIZE=thread all tools
	@$(RUN) LUNATE_BUILD="$(abspath $(BUILD)/tsan)" LUA_CPATH="$(abspath $(BUILD)/tsan)/?.so;;" \
	  TSAN_OPTIONS="$(or $(TSAN_OPTIONS),halt_on_error=1:second_deadlock_stack=1)" \
	  $(BUILD)/tsan/lua tests/run.lua --ignore-lua $(TESTFLAGS) $(or $(TESTS),$(THREADED))

# Where glibc puts thread-local memory of modules is guessed by the sanitizer (__tls_get_addr), wrongly
# at times, and then it crashes looking for leaks there; nothing of ours is held by such memory.
sanitized:
	@$(RUN) ASAN_OPTIONS="$(or $(ASAN_OPTIONS),detect_leaks=1:allocator_may_return_null=1:quarantine_size_mb=16):intercept_tls_get_addr=0" UBSAN_OPTIONS=print_stacktrace=1 \
	  LD_PRELOAD="$$($(CC) -print-file-name=libasan.so)" $(SUITE)

lint:  ## luacheck, the rules of the house and complete documentation (scripts/lint.lua)
	@$(call setup,$(NEED_demo) $(NEED_lint))
	@$(MAKE) --no-print-directory all
	luacheck -q lua scripts tests
	@$(RUN) $(LUA) scripts/lint.lua

run:  ## set the machine up, build, run SCRIPT=file.lua with ARGS=... without installing
	@$(call setup,$(NEED_run))
	@$(MAKE) --no-print-directory all
	@$(RUN) $(LUA) $(SCRIPT) $(ARGS)

doc:  ## the reference, from what the code says of itself: $(BUILD)/doc/reference.md
	@$(call setup,$(NEED_demo))
	@$(MAKE) --no-print-directory all
	@$(RUN) $(LUA) scripts/doc.lua $(BUILD)/doc

annotations:  ## what editors are told, from the same: $(ANNOTATIONS); make install installs it
	@$(call setup,$(NEED_demo))
	@$(MAKE) --no-print-directory $(ANNOTATIONS)

$(ANNOTATIONS): $(BUILD)/lunate/core.so $(LUA_FILES) scripts/annotations.lua
	@$(RUN) $(LUA) scripts/annotations.lua $@

bench:  ## compare with PyTorch, ONNX Runtime and pandas (scripts/bench); ARGS="rounds pattern"
	@$(call setup,$(NEED_demo))
	@$(MAKE) --no-print-directory all
	@$(RUN) sh scripts/bench/run.sh $(ARGS)

# Where things go: below DESTDIR as PREFIX says, else below PREFIX; relative paths begin here.
LOCATE = locate() { case "$$1" in /*) echo "$$1" ;; *) echo "$$PWD/$$1" ;; esac; }; \
  staged() { if [ -n "$(DESTDIR)" ]; then locate "$(DESTDIR)/$$1"; else locate "$$1"; fi; }; \
  lua_folder=$$(staged "$(LUADIR)")/lunate c_folder=$$(staged "$(LIBDIR)")/lunate; \
  command=$$(staged "$(BINDIR)")/lunate;

# Both folders are lunate's alone: what an older version left in them would be found by name.
install: all $(ANNOTATIONS)  ## into $(DESTDIR)$(PREFIX), in the place of an older version
	@set -e; $(LOCATE) echo "  install $$lua_folder, $$c_folder, $$command"; \
	rm -rf "$$lua_folder" "$$c_folder"; \
	mkdir -p "$$lua_folder" "$$c_folder" "$$(dirname "$$command")"; \
	(cd lua/lunate && tar cf - .) | (cd "$$lua_folder" && tar xf -); \
	mkdir -p "$$lua_folder/annotations"; \
	cp $(ANNOTATIONS) "$$lua_folder/annotations/"; \
	find "$$lua_folder" -type d -exec chmod 755 {} +; \
	find "$$lua_folder" -type f -exec chmod 644 {} +; \
	for file in $(BUILD)/lunate/core.so $(MODULES); do \
	  cp "$$file" "$$c_folder/"; chmod 755 "$$c_folder/$$(basename "$$file")"; done; \
	sed -e "1s,.*,#!$$(command -v $(firstword $(LUA)))," \
	  -e "s,here .. \"../lua\",[=[$$(locate "$(LUADIR)")]=]," \
	  -e "s,here .. \"../build\",[=[$$(locate "$(LIBDIR)")]=]," \
	  -e '/^  local here = /d' scripts/lunate > "$$command"; \
	chmod 755 "$$command"

uninstall:  ## takes away what install put there
	@set -e; $(LOCATE) echo "  remove $$lua_folder, $$c_folder, $$command"; \
	rm -rf "$$lua_folder" "$$c_folder"; rm -f "$$command"

# Ctrl-C is the session's, not make's: it runs in a process group of its own (set -m). How it is left
# is no error of make's.
repl:  ## the REPL against the build, without installing
	@$(MAKE) --no-print-directory all
	@if [ -t 0 ]; then set -m; fi; $(RUN) $(LUA) scripts/lunate || true

rock:  ## install as a rock into the tree TREE (build/tree)
	@$(call setup,$(NEED_rock))
	@env -u MAKEFLAGS -u MAKELEVEL luarocks --lua-version 5.4 make --tree $(abspath $(or $(TREE),$(BUILD)/tree)) \
	  lunate-scm-1.rockspec

# What git has, or where this is no clone all but build folders, as the archive of a release; the rock is
# that archive and its rockspec, which says what lunate-scm-1.rockspec says.
VERSION := $(shell sed -n 's/^.define LN_VERSION "\(.*\)"$$/\1/p' core/lua/module.c)
RELEASE := lunate-$(VERSION)
dist:  ## a release: $(BUILD)/$(RELEASE).tar.gz, its rockspec and $(RELEASE)-1.src.rock
	@$(call setup,$(NEED_dist))
	@set -e; rm -rf "$(BUILD)/dist" $(BUILD)/$(RELEASE)*; mkdir -p "$(BUILD)/dist/$(RELEASE)"; \
	{ git ls-files -z 2>/dev/null || find . -type f ! -path './build*' ! -path './.git/*' -print0; } | \
	  tar cf - --null -T - | tar xf - -C "$(BUILD)/dist/$(RELEASE)"; \
	sed -e 's|^version = .*|version = "$(VERSION)-1"|' \
	  -e 's|^  url = .*|  url = "file://$(RELEASE).tar.gz",\n  dir = "$(RELEASE)",|' \
	  lunate-scm-1.rockspec > "$(BUILD)/$(RELEASE)-1.rockspec"; \
	cp "$(BUILD)/$(RELEASE)-1.rockspec" "$(BUILD)/dist/$(RELEASE)/"; \
	tar czf "$(BUILD)/$(RELEASE).tar.gz" -C "$(BUILD)/dist" "$(RELEASE)"; \
	cd "$(BUILD)" && zip -q "$(RELEASE)-1.src.rock" "$(RELEASE)-1.rockspec" "$(RELEASE).tar.gz" && \
	rm -rf dist && ls $(RELEASE)*

clean:  ## remove the build folder
	rm -rf $(BUILD)

help:  ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## /  make \1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16

FORCE:
.PHONY: all modules tools test demo lint asan fuzz fuzz-api tsan oom sanitized run doc annotations bench install uninstall repl rock dist clean help FORCE
