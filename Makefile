# The commands of the project. `make help` lists them.
#
# run, demo and test install what is missing, build, and do the job.

JOBS ?= $(shell nproc)
FUZZ_SECONDS ?= 60
IMAGE ?= tickertape
# Where `make install` puts the server; DESTDIR is put in front of it, for those who make packages.
PREFIX ?= /usr/local
DESTDIR ?=
server := build/release/tickertape

.PHONY: help deps build install uninstall run demo cluster test test-long bench bench-micro bench-stream bench-replay bench-archive bench-abuse bench-cluster bench-page asan tsan fuzz lint format \
	docker-build docker-run clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

deps: ## installs everything the other commands need
	@.ci/install test
	@.ci/install lint
	@.ci/node-modules

build: ## the server, as build/release/tickertape
	@.ci/install build
	cmake --preset release -DTICKERTAPE_TESTS=OFF
	cmake --build --preset release -j $(JOBS) --target tickertape

# It does not build, so that nothing is built as root.
install: ## the server that was built, into PREFIX/bin (/usr/local/bin)
	@test -x $(server) || { echo "install: there is no $(server); run 'make build' first" >&2; exit 1; }
	install -D -m 755 $(server) "$(DESTDIR)$(PREFIX)/bin/tickertape"

uninstall: ## removes what `make install` has put there
	rm -f "$(DESTDIR)$(PREFIX)/bin/tickertape"

run: build ## the server on port 8082, with real prices
	build/release/tickertape

demo: build ## the server on port 8082 with simulated prices: needs no network
	PROVIDERS=simulator SIMULATOR_HISTORY=30d build/release/tickertape

cluster: build ## three servers as one, over Redis and behind HAProxy, on port 8082 (PORT=9000 for another)
	@.ci/install cluster
	.ci/cluster $(PORT)

test: ## all tests: unit tests, then end-to-end tests with real clients and a real browser
	@.ci/install test
	@.ci/node-modules
	cmake --preset release -DTICKERTAPE_TESTS=ON
	cmake --build --preset release -j $(JOBS)
	ctest --preset release -j $(JOBS)
	.ci/check-install
	cd tests/static && node --test --test-concurrency=2
	node --test tests/scaling
	cd tests/e2e && TICKERTAPE_BIN=$(CURDIR)/build/release/tickertape node --test --test-concurrency=2

test-long: ## what takes too long for `make test`: run it before a release
	@.ci/install test
	@.ci/node-modules
	cmake --preset release -DTICKERTAPE_TESTS=ON
	cmake --build --preset release -j $(JOBS)
	ARCHIVE_FLIPS=10000 ARCHIVE_KILLS=200 ARCHIVE_CUTS=1 build/release/tests/archive/test_archive
	POWER_CUTS=35000 build/release/tests/power_cut/test_power_cut
	cd tests/e2e && TICKERTAPE_BIN=$(CURDIR)/build/release/tickertape ARCHIVE_KILLS=200 \
		node --test archive_kills.test.mjs
	cd tests/e2e && TICKERTAPE_BIN=$(CURDIR)/build/release/tickertape ARCHIVE_KILLS=200 \
		node --test --test-name-pattern="kill -9 under load" postgresql.test.mjs
	cd tests/e2e && TICKERTAPE_BIN=$(CURDIR)/build/release/tickertape FAULT_SECONDS=60 \
		node --test archive_faults.test.mjs
	cd tests/e2e && TICKERTAPE_BIN=$(CURDIR)/build/release/tickertape ARCHIVE_REPLAYS=10000 ARCHIVE_LIVE=1000 \
		node --test archive_replay.test.mjs
	cd tests/e2e && TICKERTAPE_BIN=$(CURDIR)/build/release/tickertape CLUSTER_ROUNDS=60 CLOCK_STEPS=4 SPLITS=2 \
		node --test --test-concurrency=1 cluster.test.mjs cluster_redis.test.mjs cluster_clocks.test.mjs \
		cluster_split.test.mjs
	cd tests/e2e && TICKERTAPE_BIN=$(CURDIR)/build/release/tickertape DEPLOY_CLIENTS=9000 \
		node --test rolling_deploy.test.mjs
	RELAY_SEEDS=1000 build/release/tests/relay/test_relay "[history]"

bench: ## fan-out against a bare send loop and nginx with nchan; BENCH="--runs 5 --only steady" and such
	@.ci/install bench
	cmake --preset release -DTICKERTAPE_TESTS=ON
	cmake --build --preset release -j $(JOBS) --target tickertape tickertape-bench bench_feed bare_fanout
	TICKERTAPE_BUILD=$(CURDIR)/build/release TICKERTAPE_BIN=$(CURDIR)/build/release/tickertape \
		node tests/bench/fan_out.mjs $(BENCH)

bench-micro: ## what single steps cost; BENCH="--benchmark_filter=tape" and such
	@.ci/install bench
	cmake --preset release -DTICKERTAPE_TESTS=ON
	cmake --build --preset release -j $(JOBS) --target micro_bench
	build/release/tests/bench/micro_bench $(BENCH)

bench-stream: ## cost and latency from a provider's socket to the subscriber; BENCH="--runs 5" and such
	@.ci/install test
	cmake --preset release -DTICKERTAPE_TESTS=ON
	cmake --build --preset release -j $(JOBS) --target tickertape fake_venue
	TICKERTAPE_BIN=$(CURDIR)/build/release/tickertape node tests/bench/stream_path.mjs $(BENCH)

bench-replay: ## what live subscribers feel of clients that read a day of the archive; BENCH="--replays 2000" and such
	@.ci/install test
	cmake --preset release -DTICKERTAPE_TESTS=ON
	cmake --build --preset release -j $(JOBS) --target tickertape tickertape-bench bench_feed
	TICKERTAPE_BUILD=$(CURDIR)/build/release TICKERTAPE_BIN=$(CURDIR)/build/release/tickertape \
		node tests/bench/archive_replay.mjs $(BENCH)

bench-archive: ## what an archive costs: latency, ticks a second, bytes, a start; BENCH="--only sqlite" and such
	@.ci/install test
	cmake --preset release -DTICKERTAPE_TESTS=ON
	cmake --build --preset release -j $(JOBS) --target tickertape tickertape-bench bench_feed
	TICKERTAPE_BUILD=$(CURDIR)/build/release TICKERTAPE_BIN=$(CURDIR)/build/release/tickertape \
		node tests/bench/archive_cost.mjs $(BENCH)

bench-abuse: ## what good subscribers feel of slowhttptest and others; BENCH="--runs 5" and such
	@.ci/install test
	cmake --preset release -DTICKERTAPE_TESTS=ON
	cmake --build --preset release -j $(JOBS) --target tickertape
	TICKERTAPE_BIN=$(CURDIR)/build/release/tickertape node tests/bench/abuse.mjs $(BENCH)

bench-cluster: ## several instances over Redis: latency, ticks a second, takeovers; BENCH="--runs 3 --only latency" and such
	@.ci/install bench
	cmake --preset release -DTICKERTAPE_TESTS=ON
	cmake --build --preset release -j $(JOBS) --target tickertape tickertape-bench bench_feed relay_figures
	TICKERTAPE_BUILD=$(CURDIR)/build/release TICKERTAPE_BIN=$(CURDIR)/build/release/tickertape \
		node tests/bench/cluster.mjs $(BENCH)

bench-page: ## memory and long tasks of a page that is left open; BENCH="--minutes 10" and such
	@.ci/install test
	@.ci/node-modules
	cmake --preset release -DTICKERTAPE_TESTS=ON
	cmake --build --preset release -j $(JOBS) --target tickertape
	TICKERTAPE_BIN=$(CURDIR)/build/release/tickertape node tests/bench/page.mjs $(BENCH)
	TICKERTAPE_BIN=$(CURDIR)/build/release/tickertape node tests/bench/market_page.mjs
	cd tests/e2e && TICKERTAPE_BIN=$(CURDIR)/build/release/tickertape PAGE_LONG_TASKS=1 \
		node --test --test-name-pattern="keeps the page quick" page_history.test.mjs

asan: ## unit tests under AddressSanitizer and UndefinedBehaviorSanitizer
	@.ci/install test
	@.ci/install lint
	cmake --preset asan
	cmake --build --preset asan -j $(JOBS)
	ctest --preset asan -j $(JOBS)

tsan: ## unit tests under ThreadSanitizer
	@.ci/install test
	cmake --preset tsan
	cmake --build --preset tsan -j $(JOBS)
	ctest --preset tsan -j $(JOBS)

fuzz: ## every fuzz target for FUZZ_SECONDS
	@.ci/install lint
	.ci/fuzz $(FUZZ_SECONDS)

lint: ## format and static analysis
	@.ci/install lint
	.ci/lint

format: ## formats the sources in place
	git ls-files --cached --others --exclude-standard -- '*.cpp' '*.hpp' | xargs clang-format -i

docker-build: ## the container image
	docker build -t $(IMAGE) .

docker-run: ## the container image, on port 8082; ARGS="-e PROVIDERS=simulator" and such
	docker run --rm -p 8082:8082 -v tickertape-data:/var/lib/tickertape/data $(ARGS) $(IMAGE)

clean: ## removes everything that was built
	rm -rf build tests/e2e/node_modules
