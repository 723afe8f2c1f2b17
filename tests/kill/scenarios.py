"""The runbooks that are run and cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML


@dataclass(frozen=True, slots=True)
class Scenario:
    """Runbooks by name, of which the first is started, and the activities whose first execution the target refuses."""

    documents: dict[str, Any]  # JSON
    refusals: frozenset[str] = frozenset()


def scenario(refusals: frozenset[str] = frozenset(), **texts: str) -> Scenario:
    """Runbooks given as YAML without marker and name; they can be found below the folder at the top."""
    yaml = YAML(typ="safe", pure=True)
    documents = {name: {"orchestrion": "runbook/1", "name": name, **yaml.load(text)} for name, text in texts.items()}
    return Scenario(documents, refusals)


#: All effect classes: several records, loops of two attempts, a retry, filters, a delay, a junction of two branches.
CHAIN = scenario(
    refusals=frozenset({"send"}),
    Chain="""
    returned_data: [{name: names}, {name: charged, type: number}]
    activities:
      list: {type: kill.list, inputs: {name: start}}
      mark: {type: kill.call-verifiable, inputs: {name: '{{ list["Name"] }}'}}
      gather: {type: kill.call-pure, inputs: {name: '{{ mark["Name"] }}'}}
      poll:
        type: kill.call-idempotent
        inputs: {name: '{{ gather["Name"] }}'}
        looping: {exit: [{item: Round, operator: equals, value: "2"}]}
      send:
        type: kill.call-once
        inputs: {name: '{{ gather["Name"] }}'}
        behaviour: {retry: {attempts: 2}}
      join: {type: runbook-control.junction, inputs: {return_data_from: send}}
      book: {type: kill.call-verifiable, inputs: {name: '{{ send["Name"] }}'}}
      charge:
        type: kill.call-once
        inputs: {name: '{{ book["Name"] }}'}
        looping: {exit: [{item: Round, operator: equals, value: "2"}]}
      done:
        type: runbook-control.return-data
        inputs: {values: {names: '{{ charge["Name"] }}', charged: '{{ charge["Round"] }}'}}
    links:
      - {from: list, to: mark}
      - {from: mark, to: gather}
      - {from: gather, to: poll, include: [{item: Name, operator: equals, value: a}]}
      - {from: gather, to: send, include: [{item: Name, operator: equals, value: b}], delay_seconds: 0.05}
      - {from: poll, to: join}
      - {from: send, to: join}
      - {from: join, to: book}
      - {from: book, to: charge}
      - {from: charge, to: done}
    """,
)

#: A group whose rounds invoke another runbook and wait for it, away from memory; the child returns data.
FAMILY = scenario(
    Parent="""
    returned_data: [{name: names}]
    activities:
      list: {type: kill.list, inputs: {name: start}}
      round: {type: runbook-control.for-each, inputs: {items: ['{{ list["Name"] }}'], return_data_from: charge}}
      call:
        type: runbook-control.invoke-runbook
        group: round
        inputs: {runbook: Child, by_path: true, parameters: {name: '{{ round["Item"] }}'}}
      charge: {type: kill.call-once, group: round, inputs: {name: '{{ call["name"] }}'}}
      done: {type: runbook-control.return-data, inputs: {values: {names: '{{ charge["Name"] }}'}}}
    links:
      - {from: list, to: round}
      - {from: call, to: charge}
      - {from: round, to: done}
    """,
    Child="""
    settings: {max_simultaneous_jobs: 5}
    returned_data: [{name: name}]
    activities:
      given: {type: runbook-control.initialize-data, inputs: {parameters: [{name: name}]}}
      book: {type: kill.call-verifiable, inputs: {name: '{{ given["name"] }}'}}
      back: {type: runbook-control.return-data, inputs: {values: {name: '{{ book["Name"] }}'}}}
    links: [{from: given, to: book}, {from: book, to: back}]
    """,
)

#: What the matrix runs. For runbooks that call others, one scenario holds them all: its first is started.
SCENARIOS = (CHAIN, FAMILY)
