"""Reading an exposition with Prometheus' own parser."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

Labels = tuple[tuple[str, str], ...]


def samples(text: bytes) -> dict[tuple[str, Labels], float]:
    """Every value by the name of its sample and its labels, sorted."""
    families = text_string_to_metric_families(text.decode())
    return {
        (each.name, tuple(sorted(each.labels.items()))): each.value for family in families for each in family.samples
    }


def family_kinds(text: bytes) -> dict[str, str]:
    """The kind of every family by its name, counters with their `_total`."""
    families = text_string_to_metric_families(text.decode())
    return {f"{each.name}_total" if each.type == "counter" else each.name: each.type for each in families}
