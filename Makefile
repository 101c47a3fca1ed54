# SPDX-License-Identifier: Apache-2.0
# Thin: what is done stands in scripts/ and meson.build.
.PHONY: all build run test check deep bench fuzz format install clean

all: build

build:
	@scripts/build build

run:
	@scripts/bootstrap run
	@scripts/build build
	@scripts/run

test:
	@scripts/bootstrap test
	@scripts/test

check:
	@scripts/check

deep:
	@scripts/bootstrap test
	@scripts/deep

bench:
	@scripts/bootstrap run
	@bench/$(if $(SCALE),scale,run)

# `make fuzz SECONDS=600 HARNESS=frame`: a day each, all of them, unless told otherwise.
fuzz:
	@scripts/fuzz $(or $(SECONDS),86400) $(HARNESS)

format:
	find src tests bench -name '*.[ch]' | xargs clang-format -i

install: build
	meson install -C build --no-rebuild

clean:
	rm -rf build build-asan build-faults build-clang build-fuzz build-analyzer
