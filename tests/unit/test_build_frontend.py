"""The front end is installed and built when, and only when, something it is made of has changed."""

import json
from pathlib import Path

import pytest

from scripts import build_frontend


def lock_file(path: Path, packages: dict[str, dict[str, object]]) -> None:
    """Write a lock file as npm does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"packages": {"": {"name": "root"}, **packages}}))


@pytest.fixture
def frontend(tmp_path: Path) -> Path:
    """A front end with one source, one test and one package that is needed on other platforms only."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.ts").write_text("1")
    (tmp_path / "src" / "app.test.ts").write_text("2")
    wanted: dict[str, dict[str, object]] = {
        "node_modules/a": {"version": "1.0.0"},
        "node_modules/other-platform": {"version": "3.0.0", "optional": True},
    }
    lock_file(tmp_path / "package-lock.json", wanted)
    lock_file(tmp_path / "node_modules" / ".package-lock.json", {"node_modules/a": {"version": "1.0.0"}})
    return tmp_path


def built_from(frontend: Path) -> str:
    """The digest that a build would leave now."""
    return build_frontend.digest(build_frontend.sources(frontend), frontend)


def test_packages_that_match_the_lock_file_are_installed(frontend: Path) -> None:
    """A package for another platform may be missing."""
    assert build_frontend.is_installed(frontend)


def test_a_missing_package_is_noticed(frontend: Path) -> None:
    """An installation without all packages of the lock file is not current."""
    lock_file(frontend / "node_modules" / ".package-lock.json", {})
    assert not build_frontend.is_installed(frontend)


def test_another_version_is_noticed(frontend: Path) -> None:
    """A package of another version than the lock file names is not current."""
    lock_file(frontend / "node_modules" / ".package-lock.json", {"node_modules/a": {"version": "1.0.1"}})
    assert not build_frontend.is_installed(frontend)


def test_a_package_too_many_is_noticed(frontend: Path) -> None:
    """A package that the lock file no longer names is not current."""
    lock_file(frontend / "package-lock.json", {})
    assert not build_frontend.is_installed(frontend)


def test_nothing_installed_is_noticed(frontend: Path) -> None:
    """Without npm's own list nothing counts as installed."""
    (frontend / "node_modules" / ".package-lock.json").unlink()
    assert not build_frontend.is_installed(frontend)


@pytest.mark.parametrize("name", ["src/app.test.ts", "node_modules/a/index.js", "dist/index.html", ".env"])
def test_what_goes_into_no_build_changes_nothing(frontend: Path, name: str) -> None:
    """Tests, packages, results and hidden files do not make a build stale."""
    before = built_from(frontend)
    (frontend / name).parent.mkdir(parents=True, exist_ok=True)
    (frontend / name).write_text("changed")
    assert built_from(frontend) == before


def test_a_changed_source_is_noticed(frontend: Path) -> None:
    """A build is stale as soon as a source has other contents."""
    before = built_from(frontend)
    (frontend / "src" / "app.ts").write_text("3")
    assert built_from(frontend) != before


def test_a_renamed_source_is_noticed(frontend: Path) -> None:
    """A build is stale as soon as a source has another name."""
    before = built_from(frontend)
    (frontend / "src" / "app.ts").rename(frontend / "src" / "main.ts")
    assert built_from(frontend) != before


def test_a_current_build_is_left_alone(frontend: Path) -> None:
    """Nothing is run (there is no package.json to run it with) when the digest matches."""
    (frontend / "dist").mkdir()
    (frontend / "dist" / ".built-from").write_text(built_from(frontend))
    build_frontend.build(frontend)


def test_a_failing_build_is_an_error(frontend: Path) -> None:
    """The error names the npm command that failed."""
    with pytest.raises(build_frontend.FrontendError, match="npm run build"):
        build_frontend.build(frontend)


def test_missing_npm_is_an_error(frontend: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says what to install."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(build_frontend.FrontendError, match=r"install Node\.js"):
        build_frontend.build(frontend)


@pytest.mark.parametrize("version", ["v18.20.4\n", "v20.18.1"])
def test_an_old_node_is_refused(version: str) -> None:
    """The error says which version was found."""
    with pytest.raises(build_frontend.FrontendError, match=version.strip()):
        build_frontend.check_node(version)


@pytest.mark.parametrize("version", ["v20.19.0\n", "v22.1.0"])
def test_a_new_node_is_taken(version: str) -> None:
    """Everything from the oldest supported version on will do."""
    build_frontend.check_node(version)
