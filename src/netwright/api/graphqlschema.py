"""The GraphQL schema that follows from the kinds: a type a kind, its references and lists as edges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLField,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLString,
)

from netwright.store.kind import FieldSpec, FieldType, Kind, Kinds
from netwright.store.query.relation import plural, relations

BIG = GraphQLScalarType("BigInt", description="A whole number of up to 64 bits.")
ANY = GraphQLScalarType("JSON", description="Any JSON value.")
_SCALARS: dict[FieldType, GraphQLOutputType] = {
    FieldType.INTEGER: BIG,
    FieldType.NUMBER: GraphQLFloat,
    FieldType.BOOLEAN: GraphQLBoolean,
    FieldType.JSON: ANY,
    FieldType.LIST: GraphQLList(GraphQLNonNull(GraphQLString)),
}
_TEXTS = GraphQLArgument(GraphQLList(GraphQLNonNull(GraphQLString)))


@dataclass(frozen=True, slots=True)
class GraphSchema:
    """``roots``: kind of a root field, and whether it is one object; ``edges``: by kind, where its fields
    lead; ``pages``: the type of a page of a kind."""

    schema: GraphQLSchema
    types: Mapping[str, GraphQLObjectType]
    pages: Mapping[str, GraphQLObjectType]
    roots: Mapping[str, tuple[Kind, bool]]
    edges: Mapping[str, Mapping[str, Kind]]


def graph_schema(kinds: Kinds) -> GraphSchema:
    types = {name: _type_name(name) for name in kinds}
    edges = {name: _edges(kinds, kind) for name, kind in kinds.items()}
    made: dict[str, GraphQLObjectType] = {}
    for name, kind in kinds.items():
        made[name] = GraphQLObjectType(
            types[name], _lazy(kinds, kind, edges[name], made), description=kind.help
        )
    pages = {
        name: GraphQLObjectType(
            f"{types[name]}Page",
            {
                "items": GraphQLField(GraphQLNonNull(GraphQLList(GraphQLNonNull(made[name])))),
                "next": GraphQLField(GraphQLString, description="Cursor of what follows, to give as after."),
                "total": GraphQLField(GraphQLInt, description="How many fit in all; counted when asked for."),
            },
        )
        for name in kinds
    }
    roots: dict[str, tuple[Kind, bool]] = {}
    fields: dict[str, GraphQLField] = {
        "revision": GraphQLField(GraphQLNonNull(BIG), description="The last revision.")
    }
    for name, kind in kinds.items():
        roots[name] = (kind, True)
        fields[name] = GraphQLField(
            made[name],
            {"name": GraphQLArgument(GraphQLNonNull(GraphQLString), description="Id or natural key.")},
            description=kind.help,
        )
        many = plural(name)
        roots[many] = (kind, False)
        arguments = {
            "filter": GraphQLArgument(_TEXTS.type, description='As in URLs: ["site.region=eu"].'),
            "q": GraphQLArgument(GraphQLString),
            "sort": GraphQLArgument(_TEXTS.type, description='["site", "-name"].'),
            "limit": GraphQLArgument(GraphQLInt),
            "after": GraphQLArgument(GraphQLString),
        }
        fields[many] = GraphQLField(GraphQLNonNull(pages[name]), arguments, description=kind.help)
    return GraphSchema(GraphQLSchema(GraphQLObjectType("Query", fields)), made, pages, roots, edges)


def _type_name(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def _edges(kinds: Kinds, kind: Kind) -> dict[str, Kind]:
    forward = {spec.name: kinds[spec.reference] for spec in kind.fields if spec.reference is not None}
    return {**{name: one.kind for name, one in relations(kinds, kind).items()}, **forward}


def _lazy(kinds: Kinds, kind: Kind, edges: Mapping[str, Kind], made: Mapping[str, GraphQLObjectType]) -> Any:
    """Fields are made when all types are there, for kinds refer to each other."""

    def fields() -> dict[str, GraphQLField]:
        found = {
            "id": GraphQLField(GraphQLNonNull(GraphQLID)),
            "key": GraphQLField(GraphQLNonNull(GraphQLString), description="Natural key."),
        }
        for spec in kind.fields:
            graph_type = made[spec.reference] if spec.reference else _SCALARS.get(spec.type, GraphQLString)
            found[spec.name] = GraphQLField(graph_type, description=_help(spec))
        for name in relations(kinds, kind):
            listed = GraphQLNonNull(GraphQLList(GraphQLNonNull(made[edges[name].name])))
            limit = GraphQLArgument(GraphQLInt, description="Of each object.")
            found[name] = GraphQLField(listed, {"filter": _TEXTS, "sort": _TEXTS, "limit": limit})
        return found

    return fields


def _help(spec: FieldSpec) -> str:
    unit = f", in {spec.unit}" if spec.unit else ""
    choices = f" (one of {', '.join(spec.choices)})" if spec.choices else ""
    return f"{spec.help}{unit}{choices}"
