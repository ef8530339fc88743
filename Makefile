# Two things to do here: `make demo` shows the product, `make test` proves it. `make lint` is what a reviewer would say first.

.DEFAULT_GOAL := help
.PHONY: help demo test lint tools

help:
	@echo "make demo    build, play the sample decision's year, serve it at a printed address"
	@echo "make test    install what the tests need, run them all"
	@echo "make lint    formatting, lints, dependency rules, the engine's purity, documentation"
	@echo "make tools   install what the tests need"

demo:
	cargo run -- demo

# With TRINHKY_REQUIRE_TOOLS a test that cannot find its outside tool fails; in a plain `cargo test` it says so and is left out.
test: tools
	@TRINHKY_REQUIRE_TOOLS=1 tools/run-tests

tools:
	@tools/install-test-tools

lint:
	cargo fmt --all --check
	tools/check-dependencies
	tools/check-purity
	cargo clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked --document-private-items
