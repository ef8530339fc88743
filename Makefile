# Two things to do here: `make demo` shows the product, `make test` proves it. `make lint` is what a reviewer would say first.

.DEFAULT_GOAL := help
.PHONY: help demo test tools lint format dependencies purity clippy documentation

help:
	@echo "make demo    build, play the sample decision's year, serve it at a printed address"
	@echo "make test    install what the tests need, run them all"
	@echo "make lint    formatting, dependency rules, the engine's purity, clippy, documentation (make -k lint: all that fail)"
	@echo "make tools   install what the tests need"

demo:
	cargo run -- demo

# With TRINHKY_REQUIRE_TOOLS a test that cannot find its outside tool fails; in a plain `cargo test` it says so and is left out.
test: tools
	@TRINHKY_REQUIRE_TOOLS=1 tools/run-tests

tools:
	@tools/install-test-tools

# The quick ones first.
lint: format dependencies purity clippy documentation

format:
	cargo fmt --all --check

dependencies:
	tools/check-dependencies

purity:
	tools/check-purity

clippy:
	cargo clippy --workspace --all-targets --locked -- -D warnings

documentation:
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked --document-private-items
