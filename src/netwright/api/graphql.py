"""GraphQL for reading, over the same kinds. The library parses and validates; what is asked becomes a
selection, and is read in a statement a kind, however many objects there are.

Limits: words in a query, how deep it unfolds, how many root fields, and how many objects it tells in all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import orjson
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    execute_sync,
    parse,
    validate,
)
from graphql.execution.values import get_argument_values, get_directive_values, get_variable_values
from graphql.language.ast import SelectionNode, SelectionSetNode
from graphql.type import GraphQLIncludeDirective, GraphQLObjectType, GraphQLSkipDirective
from starlette.requests import Request
from starlette.responses import Response

from netwright.api.graphqlschema import GraphSchema
from netwright.api.order import body_of, mapping, parsed
from netwright.api.problem import ApiError
from netwright.api.problem import body_of as problem_of
from netwright.api.reading import JSON, MOST_AT_ONCE, as_of, reading
from netwright.api.state import Call, call_of, in_thread
from netwright.app.access import Verb
from netwright.base.errors import InputError, NetwrightError
from netwright.store.history import current_revision
from netwright.store.kind import Kind
from netwright.store.query import ListQuery, Reader, Selection
from netwright.store.query.selection import Nested
from netwright.store.value import Doc

MOST_WORDS = 4_000
MOST_ROOTS = 20
DEEPEST = 8

Fields: TypeAlias = list[FieldNode]


@dataclass(frozen=True, slots=True)
class Plan:
    """How documents of a kind become answers: response name, name in the document, plan of what is unfolded;
    a name in the document of None is the name of the type."""

    typename: str
    parts: tuple[tuple[str, str | None, Plan | None], ...]
    selection: Selection

    def shape(self, docs: Sequence[Doc]) -> list[Doc]:
        return [self.shape_one(doc) for doc in docs]

    def shape_one(self, doc: Doc) -> Doc:
        answer: Doc = {}
        for name, source, inner in self.parts:
            if inner is None:
                answer[name] = self.typename if source is None else doc.get(source)
                continue
            value = doc.get(source or "")
            if isinstance(value, list):
                answer[name] = inner.shape(value)
            else:
                answer[name] = None if value is None else inner.shape_one(value)
        return answer


async def graphql(request: Request) -> Response:
    """POST ``{"query": ..., "variables": ..., "operationName": ...}``; GET with the same as parameters."""
    call = await call_of(request)
    if request.method == "GET":
        params = request.query_params
        variables = parsed(params["variables"].encode()) if params.get("variables") else {}
        wanted: Mapping[str, Any] = {**params, "variables": variables}
    else:
        wanted = mapping(parsed(await body_of(call)), "body")
    text, variables = wanted.get("query"), wanted.get("variables") or {}
    if not isinstance(text, str) or not isinstance(variables, dict):
        raise ApiError(
            400, "the query is missing", remedy='Send {"query": "{ devices { items { name } } }"}.'
        )
    schema: GraphSchema = request.app.state.graph
    body = await in_thread(answer, call, schema, text, variables, wanted.get("operationName"))
    return Response(orjson.dumps(body), 200, media_type=JSON)


def answer(
    call: Call, schema: GraphSchema, text: str, variables: dict[str, Any], name: Any = None
) -> dict[str, Any]:
    """Data, or errors and no data."""
    try:
        document = parse(text, max_tokens=MOST_WORDS)
        errors = validate(schema.schema, document, max_errors=10)
        if errors:
            return {"errors": [error.formatted for error in errors]}
        query = _Query(schema, document, variables, name)
        return {"data": query.run(call)}
    except GraphQLError as error:
        return {"errors": [error.formatted]}
    except NetwrightError as error:
        _, body = problem_of(error)
        return {"errors": [{"message": str(error), "extensions": body}]}
    except RecursionError:
        return {"errors": [{"message": "The query nests too deep."}]}


class _Query:
    """One operation on its way from grammar to answer."""

    def __init__(
        self, graph: GraphSchema, document: DocumentNode, variables: dict[str, Any], name: Any
    ) -> None:
        self._graph = graph
        self._schema: GraphQLSchema = graph.schema
        self._document = document
        self._fragments = {
            one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)
        }
        operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
        chosen = [one for one in operations if name is None or (one.name and one.name.value == name)]
        if len(chosen) != 1 or chosen[0].operation is not OperationType.QUERY:
            raise InputError("which query is meant is not said", subject="operationName")
        self._operation = chosen[0]
        found = get_variable_values(self._schema, chosen[0].variable_definitions or (), variables)
        if isinstance(found, list):
            raise found[0]
        self._variables = found
        self._raw = variables
        self._name = name

    def run(self, call: Call) -> dict[str, Any]:
        root = self._schema.query_type
        assert root is not None
        fields = self._fields(root, self._operation.selection_set)
        if len(fields) > MOST_ROOTS:
            raise InputError(f"asks for more than {MOST_ROOTS} lists at once", remedy="Send several queries.")
        data: dict[str, Any] = {}
        with reading(call.state, call, as_of(call)) as (session, reader):
            for response, nodes in fields.items():
                name = nodes[0].name.value
                if name == "__typename":
                    data[response] = root.name
                elif name in {"__schema", "__type"}:
                    data[response] = self._introspect(response)
                elif name == "revision":
                    data[response] = current_revision(session)
                else:
                    data[response] = self._root(call, reader, root, name, nodes)
        return data

    def _root(
        self, call: Call, reader: Reader, root: GraphQLObjectType, name: str, nodes: Fields
    ) -> dict[str, Any] | None:
        kind, single = self._graph.roots[name]
        call.access.require(Verb.VIEW, kind.name)
        arguments = get_argument_values(root.fields[name], nodes[0], self._variables)
        if single:
            plan = self._plan(kind, nodes, 1)
            return plan.shape_one(reader.one(kind, arguments["name"], plan.selection))
        page_type = self._graph.pages[kind.name]
        parts = self._fields(page_type, *(node.selection_set for node in nodes if node.selection_set))
        items = [node for found in parts.values() for node in found if node.name.value == "items"]
        plan = self._plan(kind, items, 1)
        query = ListQuery(
            filters=_filters(arguments.get("filter") or ()),
            q=arguments.get("q") or "",
            sort=tuple(arguments.get("sort") or ()),
            limit=_limit(arguments.get("limit")),
            after=arguments.get("after") or "",
            selection=plan.selection,
            count=any(found[0].name.value == "total" for found in parts.values()),
        )
        page = reader.page(kind, query)
        told = {"next": page.next or None, "total": page.total, "__typename": page_type.name}
        return {
            response: plan.shape(page.documents)
            if found[0].name.value == "items"
            else told[found[0].name.value]
            for response, found in parts.items()
        }

    def _plan(self, kind: Kind, nodes: Fields, depth: int) -> Plan:
        """What to read of a kind for the selections of ``nodes``."""
        if depth > DEEPEST:
            raise InputError(
                f"unfolds more than {DEEPEST} levels", remedy="Ask for less, or in several steps."
            )
        graph_type = self._graph.types[kind.name]
        fields = self._fields(graph_type, *(node.selection_set for node in nodes if node.selection_set))
        parts: list[tuple[str, str | None, Plan | None]] = []
        names: list[str] = []
        nested: dict[str, Nested] = {}
        for response, found in fields.items():
            name = found[0].name.value
            if name == "__typename":
                parts.append((response, None, None))
                continue
            target = self._graph.edges[kind.name].get(name)
            if target is None:
                names.append(name)
                parts.append((response, name, None))
                continue
            inner = self._plan(target, found, depth + 1)
            arguments = get_argument_values(graph_type.fields[name], found[0], self._variables)
            nested[f"@{response}"] = Nested(
                inner.selection,
                _filters(arguments.get("filter") or ()),
                tuple(arguments.get("sort") or ()),
                arguments.get("limit"),
                name,
            )
            parts.append((response, f"@{response}", inner))
        return Plan(graph_type.name, tuple(parts), Selection(tuple(names), nested))

    def _fields(self, graph_type: GraphQLObjectType, *sets: SelectionSetNode) -> dict[str, Fields]:
        """The fields asked of a type by response name, fragments opened."""
        found: dict[str, Fields] = {}
        for one in sets:
            for node in self._opened(graph_type, one.selections):
                found.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
        return found

    def _opened(self, graph_type: GraphQLObjectType, nodes: Sequence[SelectionNode]) -> Iterator[FieldNode]:
        for node in nodes:
            if not self._included(node):
                continue
            if isinstance(node, FieldNode):
                yield node
            elif isinstance(node, FragmentSpreadNode):
                fragment = self._fragments[node.name.value]
                if fragment.type_condition.name.value == graph_type.name:
                    yield from self._opened(graph_type, fragment.selection_set.selections)
            elif isinstance(node, InlineFragmentNode) and (
                node.type_condition is None or node.type_condition.name.value == graph_type.name
            ):
                yield from self._opened(graph_type, node.selection_set.selections)

    def _included(self, node: SelectionNode) -> bool:
        skip = get_directive_values(GraphQLSkipDirective, node, self._variables)
        include = get_directive_values(GraphQLIncludeDirective, node, self._variables)
        return not (skip and skip["if"]) and not (include and not include["if"])

    def _introspect(self, response: str) -> Any:
        """What the schema is: the library answers that."""
        result = execute_sync(
            self._schema, self._document, variable_values=self._raw, operation_name=self._name
        )
        return (result.data or {}).get(response)


def _filters(texts: Sequence[str]) -> list[tuple[str, str]]:
    """``["site.region=eu"]`` as a URL would have them."""
    found = []
    for text in texts:
        name, separator, value = text.partition("=")
        if not separator:
            raise InputError(
                "expected name=value", subject=f"filter {text[:80]}", remedy='As "site.region=eu".'
            )
        found.append((name, value))
    return found


def _limit(given: int | None) -> int:
    limit = 100 if given is None else given
    if not 1 <= limit <= MOST_AT_ONCE:
        raise InputError(f"expected a number from 1 to {MOST_AT_ONCE}, not {limit}", subject="limit")
    return limit
