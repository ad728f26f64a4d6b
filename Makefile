# Everything lives in .venv; uv.lock fixes every version.
PYTHON ?= python3
VENV := .venv
UV := $(VENV)/bin/uv
export UV_PROJECT_ENVIRONMENT := $(VENV)
# The machine's own certificates, as pip takes them: behind a company's proxy nothing else works.
export UV_SYSTEM_CERTS := 1

.PHONY: run test lint bench browser train clean

run: $(VENV)/.installed
	$(VENV)/bin/interviewer app

test: $(VENV)/.dev-installed
	$(VENV)/bin/pytest -n auto --dist loadgroup -m "not browser"

browser: $(VENV)/.dev-installed
	$(VENV)/bin/pytest -m browser

lint: $(VENV)/.dev-installed
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy

bench: $(VENV)/.dev-installed
	$(VENV)/bin/python -m benchmarks.startup
	$(VENV)/bin/python -m benchmarks.encoder
	$(VENV)/bin/python -m benchmarks.conversation
	$(if $(EVAL),$(VENV)/bin/python -m benchmarks.grader $(EVAL))

# The judge's models from the data in training/, in an environment of its own: training/README.md.
# Memory and compiled kernels kept from step to step save a tenth of the time.
train: export MALLOC_MMAP_MAX_ := 0
train: export MALLOC_TRIM_THRESHOLD_ := 17179869184
train: export ONEDNN_PRIMITIVE_CACHE_CAPACITY := 20000
train:
	$(PYTHON) -m venv build/train
	build/train/bin/pip install --quiet torch==2.13.0
	build/train/bin/pip install --quiet -r training/requirements.txt .
	build/train/bin/python -m training.train_entailment
	build/train/bin/python -m training.fit_verdict training/calibration/*.jsonl

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis dist build

$(UV):
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check uv

$(VENV)/.installed: $(UV) pyproject.toml uv.lock
	$(UV) sync --quiet --frozen --inexact --no-default-groups
	@touch $@

$(VENV)/.dev-installed: $(UV) pyproject.toml uv.lock
	$(UV) sync --quiet --frozen --inexact
	@touch $@ $(VENV)/.installed
