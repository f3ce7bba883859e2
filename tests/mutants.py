"""Mutants of the references: one small mistake each, made by operators on the syntax tree.

A mutant's id names the exercise, the line (counted from the first statement below the docstring)
and the operator: `ch06.relu_deriv:1:gt->ge`. Where one operator meets a line more than once, the
second and later ones are numbered: `ch06.backprop:4:swap-args-1-2#2`.
"""

from __future__ import annotations

import ast
import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

from gdl_check.corpus import Case, Corpus, corpus_for
from gdl_check.course import Chapter, Exercise, chapter_of_module
from gdl_check.course_files import solution_file
from gdl_check.examine import examine
from gdl_check.memo import key_of
from gdl_check.results import Verdict
from gdl_check.runner import CannotLoad, WorkerRunner
from gdl_check.sandbox.client import Ended, Source
from gdl_check.sandbox.programs import listed
from gdl_check.source import ChapterFile, without_docstring
from gdl_check.trial import Trial

FIRST_CASES = 15
SECONDS = 1.0  # a mutant may run for ever; a reference answers a whole corpus in milliseconds

Change = tuple[str, Any]  # the operator, and what stands in the node's place

OPERATORS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.FloorDiv: (ast.Div, ast.Mod),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
}
ONE_WAY = (ast.Sub, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.MatMult)
COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt, ast.LtE),
    ast.Eq: (ast.NotEq, ast.LtE, ast.GtE),
    ast.NotEq: (ast.Eq, ast.Lt, ast.Gt),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
OTHER_NAMES = {
    "max": ("min",),
    "min": ("max",),
    "maximum": ("minimum",),
    "minimum": ("maximum",),
    "any": ("all",),
    "all": ("any",),
    "sum": ("mean", "max"),
    "mean": ("sum", "max", "median"),
    "argmax": ("argmin", "max"),
    "argmin": ("argmax", "min"),
    "zeros": ("ones",),
    "ones": ("zeros",),
    "zeros_like": ("ones_like",),
    "ones_like": ("zeros_like",),
    "random": ("standard_normal",),
    "float": ("int", "bool"),
    "inf": ("pi",),
    "outer": ("multiply",),
}


@dataclasses.dataclass(frozen=True)
class Mutant:
    """One mistake in one reference: what it changes, and the definition as it is then."""

    id: str
    exercise: str
    change: str
    source: str


@dataclasses.dataclass(frozen=True)
class Names:
    """The names of a function's own, and the parameters among them that may be below 0."""

    own: Sequence[str]
    signed: Sequence[str]


@cache
def solution_of(chapter: Chapter) -> ChapterFile:
    """The chapter's solution, as text and syntax tree."""
    return solution_file(chapter)


@cache
def mutants_of(chapter: Chapter, name: str) -> tuple[Mutant, ...]:
    """Every mutant of one exercise's reference, in the order of its lines, no two the same."""
    file = solution_of(chapter)
    node = file.definitions[name]
    first = without_docstring(node)[0].lineno
    seen, met = {ast.unparse(node)}, Counter[str]()
    found = []
    for line, operator, change, mutated in _changes(node, chapter.exercises[name]):
        source = ast.unparse(mutated)
        if source in seen:
            continue
        seen.add(source)
        label = f"{chapter.exercise_id(name)}:{line - first + 1}:{operator}"
        met[label] += 1
        mutant_id = label if met[label] == 1 else f"{label}#{met[label]}"
        if _can_be_run(source):
            found.append(Mutant(mutant_id, name, change, source))
    return tuple(found)


def _can_be_run(source: str) -> bool:
    try:
        compile(source, "a mutant", "exec")
    except SyntaxError:  # a `break` outside its loop
        return False
    return True


def text_with(chapter: Chapter, mutant: Mutant) -> str:
    """The whole solution, with the mutant in the place of the reference."""
    file = solution_of(chapter)
    node = file.definitions[mutant.exercise]
    parts = [*file.lines[: node.lineno - 1], mutant.source, *file.lines[node.end_lineno :]]
    return "\n".join(parts) + "\n"


@cache
def solutions_of(chapter: Chapter) -> dict[str, Source]:
    """The solutions of a chapter and of those that it imports: module -> its file."""
    file = solution_of(chapter)
    found: dict[str, Source] = {}
    for module in file.chapters:
        found |= solutions_of(chapter_of_module(module))
    module = chapter.file_name.removesuffix(".py")
    return {**found, module: Source(file.shown, file.text, file.code)}


def is_rejected(chapter: Chapter, mutant: Mutant) -> bool:
    """Whether the checks see that a mutant is wrong, run in a worker."""
    exercise = chapter.exercises[mutant.exercise]
    module = chapter.file_name.removesuffix(".py")
    files = {
        **solutions_of(chapter),
        module: Source(f"exercises/{chapter.file_name}", text_with(chapter, mutant)),
    }
    reference = remembered(chapter, mutant.exercise)
    corpus = corpus_of(chapter, mutant.exercise)

    def start() -> WorkerRunner:
        return WorkerRunner(files, module, SECONDS)

    if _is_wrong_at_once(exercise, corpus.cases[:FIRST_CASES], reference, start):
        return True
    found = examine(exercise, corpus, reference, start, name_misconception=False)
    return found.status != Verdict.PASSED


def _is_wrong_at_once(
    exercise: Exercise,
    cases: Sequence[Case],
    reference: Callable[..., Any],
    start: Callable[[], WorkerRunner],
) -> bool:
    """Whether the first plain calls already give something else: most mutants end here."""
    runner = start()
    try:
        trial = Trial(exercise, cases, reference, runner)
        trial.hear()
        return bool(trial.unequal) or any(trial.outcome(case).changed for case in cases)
    except (CannotLoad, Ended):
        return True
    finally:
        runner.close()


@cache
def corpus_of(chapter: Chapter, name: str) -> Corpus:
    """An exercise's corpus at normal effort, read once."""
    return corpus_for(chapter.exercises[name], chapter.file_name, 0, "normal")


@cache
def remembered(chapter: Chapter, name: str) -> Callable[..., Any]:
    """The reference, which works out the same question only once."""
    reference = chapter.reference(name)
    if chapter.exercises[name].use is not None:
        return reference
    known: dict[Any, Any] = {}

    def answer(*args: Any) -> Any:
        key = key_of(args)
        if key not in known:
            value = reference(*args)
            known[key] = listed(value) if isinstance(value, Iterator) else value
        return known[key]

    return answer


# --- where a change can be made ----------------------------------------------------------------


def _changes(node: ast.stmt, exercise: Exercise) -> Iterator[tuple[int, str, str, ast.stmt]]:
    """Every change: its line, its operator, itself in words, and the definition that has it."""
    for function in _functions(node):
        names = _names(function, exercise)
        body = without_docstring(function)
        for site in _sites(body):
            for operator, new in (*_of_expression(site, names), *_of_statement(site)):
                told = f"{_words(site)}  ->  {_words(new)}"
                yield site.lineno, operator, told, _with(node, site, new)
        for block in _blocks(function):
            skipped = len(block) - len(body) if block is function.body else 0
            for operator, here, new in _of_block(block, skipped):
                told = f"{_words(here)}  ->  {_words(new[skipped:])}"
                yield here.lineno, operator, told, _with(node, block, new)


def _functions(node: ast.stmt) -> list[ast.FunctionDef]:
    """The function itself, or the methods of a class."""
    if isinstance(node, ast.FunctionDef):
        return [node]
    return [part for part in ast.walk(node) if isinstance(part, ast.FunctionDef)]


def _sites(body: Sequence[ast.AST]) -> Iterator[Any]:
    """The nodes in which a change means something: not in the words of an exception."""
    for node in body:
        if isinstance(node, (ast.stmt, ast.expr)):
            yield node
        if isinstance(node, (ast.Raise, ast.JoinedStr, ast.arguments)):
            continue
        yield from _sites(list(ast.iter_child_nodes(node)))


def _blocks(function: ast.FunctionDef) -> Iterator[list[ast.stmt]]:
    for node in ast.walk(function):
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list):
                yield block


def _names(function: ast.FunctionDef, exercise: Exercise) -> Names:
    parameters = [arg.arg for arg in function.args.args if arg.arg != "self"]
    written = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
    bound = [n.id for n in written if isinstance(n.ctx, ast.Store) and n.id != "_"]
    drawn = {name: getattr(spec, "values", (0,)) for name, spec in exercise.inputs.items()}
    signed = [name for name in parameters if min(drawn.get(name, (-1,))) < 0]
    return Names(list(dict.fromkeys(parameters + bound)), signed)


def _is_name(node: Any) -> bool:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)


def _with(node: Any, site: Any, new: Any) -> Any:
    """A definition in which `new` (a node, or some statements) stands in the place of `site`."""
    if node is site:
        return new
    if isinstance(node, list):
        made: list[Any] = []
        for item in node:
            changed = _with(item, site, new)
            made += changed if isinstance(changed, list) else [changed]
        return made or ([ast.Pass()] if node else [])
    if isinstance(node, ast.AST):
        fields = {name: _with(value, site, new) for name, value in ast.iter_fields(node)}
        return ast.copy_location(type(node)(**fields), node)
    return node


def _words(node: Any) -> str:
    if isinstance(node, list):
        return "; ".join(map(_words, node)) or "nothing"
    return " ".join(ast.unparse(ast.fix_missing_locations(node)).split())


# --- changes to expressions --------------------------------------------------------------------


def _of_expression(node: Any, names: Names) -> Iterator[Change]:
    if isinstance(node, ast.BinOp) or (_is_name(node) and node.id in names.own):
        yield "insert-minus", _minus(node)
    if _is_name(node) and node.id in names.signed:
        yield "insert-abs", _call("abs", node)
    if isinstance(node, ast.BinOp):
        yield from _of_binary(node)
    elif isinstance(node, ast.Compare):
        yield from _of_comparison(node)
    elif isinstance(node, ast.BoolOp):
        other = ast.Or if isinstance(node.op, ast.And) else ast.And
        yield f"{_name(node.op)}->{_name(other())}", _like(node, op=other())
        for i in range(len(node.values)):
            rest = node.values[:i] + node.values[i + 1 :]
            yield f"drop-{i + 1}", _like(node, values=rest) if len(rest) > 1 else rest[0]
    elif isinstance(node, ast.UnaryOp):
        yield f"drop-{_name(node.op)}", node.operand
    elif isinstance(node, ast.Constant):
        yield from _of_constant(node)
    elif _is_name(node):
        for other_name in OTHER_NAMES.get(node.id, ()):
            yield f"{node.id}->{other_name}", ast.Name(other_name, ast.Load())
        if node.id in names.own:
            for other_name in names.own:
                yield f"name-{node.id}->{other_name}", ast.Name(other_name, ast.Load())
    elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
        for other_name in OTHER_NAMES.get(node.attr, ()):
            yield f"{node.attr}->{other_name}", _like(node, attr=other_name)
        if node.attr == "T":
            yield "drop-T", node.value
        if node.attr == "inf":
            yield "negate", _minus(node)
    elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        yield "drop-subscript", node.value
        for operator, index in _of_index(node.slice):
            yield operator, _like(node, slice=index)
    elif isinstance(node, ast.Call):
        yield from _of_call(node)
    elif isinstance(node, ast.IfExp):
        yield "always", node.body
        yield "never", node.orelse
        yield "negate-if", _like(node, test=_not(node.test))
    elif isinstance(node, (ast.Tuple, ast.List)) and isinstance(node.ctx, ast.Load):
        yield from _of_sequence(node)
    elif isinstance(node, ast.Dict):
        for i in range(len(node.keys)):
            keys, values = node.keys[:], node.values[:]
            del keys[i], values[i]
            yield f"drop-{i + 1}", _like(node, keys=keys, values=values)
        for i in range(len(node.values) - 1):
            yield f"swap-{i + 1}-{i + 2}", _like(node, values=_swapped(node.values, i))
    elif isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
        yield from _of_comprehension(node)


def _of_binary(node: ast.BinOp) -> Iterator[Change]:
    for other in OPERATORS.get(type(node.op), ()):
        yield f"{_name(node.op)}->{_name(other())}", _like(node, op=other())
    yield "drop-left", _minus(node.right) if isinstance(node.op, ast.Sub) else node.right
    yield "drop-right", node.left
    if isinstance(node.op, ONE_WAY):
        yield "turn-round", _like(node, left=node.right, right=node.left)
    if isinstance(node.op, ast.MatMult):
        yield "add-T-left", _like(node, left=_transposed(node.left))
        yield "add-T-right", _like(node, right=_transposed(node.right))


def _of_comparison(node: ast.Compare) -> Iterator[Change]:
    for i, op in enumerate(node.ops):
        for other in COMPARISONS[type(op)]:
            ops = [*node.ops[:i], other(), *node.ops[i + 1 :]]
            yield f"{_name(op)}->{_name(other())}", _like(node, ops=ops)


def _of_constant(node: ast.Constant) -> Iterator[Change]:
    value = node.value
    if isinstance(value, bool):
        yield f"{value}->{not value}", ast.Constant(not value)
    elif isinstance(value, (int, float)):
        half = value / 2
        halved = int(half) if isinstance(value, int) and half == int(half) else half
        for other in dict.fromkeys((value + 1, value - 1, -value, 2 * value, halved, 0, 1)):
            if other != value:
                yield f"{value:g}->{other:g}", ast.Constant(other)
    elif isinstance(value, str):
        yield "text-changed", ast.Constant(value + "_")


def _of_index(index: ast.expr) -> Iterator[Change]:
    if isinstance(index, ast.Tuple):
        for i, part in enumerate(index.elts):
            for operator, new in _of_index(part):
                parts = [*index.elts[:i], new, *index.elts[i + 1 :]]
                yield f"{operator}-of-{i + 1}", _like(index, elts=parts)
    elif isinstance(index, ast.Slice):
        for bound in ("lower", "upper"):
            here = getattr(index, bound)
            if here is None:
                moved = {"lower": 1, "upper": -1}[bound]
                yield f"add-{bound}", _like(index, **{bound: ast.Constant(moved)})
            else:
                yield f"drop-{bound}", _like(index, **{bound: None})
                for by in (1, -1):
                    yield f"{bound}{by:+d}", _like(index, **{bound: _plus(here, by)})
        if index.step is not None:
            yield "drop-step", _like(index, step=None)
    elif not isinstance(index, ast.Constant):
        for by in (1, -1):
            yield f"index{by:+d}", _plus(index, by)


def _of_call(node: ast.Call) -> Iterator[Change]:
    plain = not any(isinstance(arg, ast.Starred) for arg in node.args)
    method = isinstance(node.func, ast.Attribute) and not _is_module(node.func.value)
    called = node.func.attr if isinstance(node.func, ast.Attribute) else _id(node.func)
    if plain:
        for i in range(len(node.args) - 1):
            yield f"swap-args-{i + 1}-{i + 2}", _like(node, args=_swapped(node.args, i))
        if len(node.args) <= 2 and not method:
            for i, arg in enumerate(node.args):
                yield f"call->arg-{i + 1}", arg
    if isinstance(node.func, ast.Attribute) and method:
        yield "call->receiver", node.func.value
    for i, keyword in enumerate(node.keywords):
        rest = node.keywords[:i] + node.keywords[i + 1 :]
        yield f"drop-{keyword.arg}", _like(node, keywords=rest)
    if called in ("dot", "matmul"):
        yield from _of_product(node, method)
    if called == "range":
        for i, arg in enumerate(node.args):
            for by in (1, -1):
                args = [*node.args[:i], _plus(arg, by), *node.args[i + 1 :]]
                yield f"range-{i + 1}{by:+d}", _like(node, args=args)
            if len(node.args) > 1:
                yield f"range-drop-{i + 1}", _like(node, args=node.args[:i] + node.args[i + 1 :])
        if len(node.args) == 1:
            yield "range-from-1", _like(node, args=[ast.Constant(1), *node.args])
    if called == "len":
        yield "length->width", ast.parse(f"np.shape({_words(node.args[0])})[-1]").body[0].value  # type: ignore[attr-defined]


def _of_product(node: ast.Call, method: bool) -> Iterator[Change]:
    if method and isinstance(node.func, ast.Attribute):
        left, right = node.func.value, node.args[0]
        yield "dot->times", ast.BinOp(left, ast.Mult(), right)
        yield "turn-round", _like(node, func=_like(node.func, value=right), args=[left])
        yield "add-T-left", _like(node, func=_like(node.func, value=_transposed(left)))
        yield "add-T-right", _like(node, args=[_transposed(right)])
    else:
        for i, side in enumerate(("left", "right")):
            args = [_transposed(arg) if j == i else arg for j, arg in enumerate(node.args)]
            yield f"add-T-{side}", _like(node, args=args)


def _of_sequence(node: ast.Tuple | ast.List) -> Iterator[Change]:
    for i in range(len(node.elts) - 1):
        yield f"swap-{i + 1}-{i + 2}", _like(node, elts=_swapped(node.elts, i))
    if len(node.elts) > 1:
        for i in range(len(node.elts)):
            yield f"drop-{i + 1}", _like(node, elts=node.elts[:i] + node.elts[i + 1 :])


def _of_comprehension(node: Any) -> Iterator[Change]:
    for i, generator in enumerate(node.generators):
        for operator, new in _of_iterated(generator.iter):
            yield operator, _like(node, generators=_put(node.generators, i, iter=new))
        if generator.ifs:
            negated = [_not(test) for test in generator.ifs]
            yield "negate-if", _like(node, generators=_put(node.generators, i, ifs=negated))
            yield "always", _like(node, generators=_put(node.generators, i, ifs=[]))


def _of_iterated(iterated: ast.expr) -> Iterator[Change]:
    for operator, cut in (("skip-first", "[1:]"), ("skip-last", "[:-1]"), ("reversed", "[::-1]")):
        source = f"list({_words(iterated)}){cut}"
        yield operator, ast.parse(source, mode="eval").body


# --- changes to statements ---------------------------------------------------------------------


def _of_statement(node: Any) -> Iterator[Change]:
    if not isinstance(node, ast.stmt) or isinstance(node, ast.Pass):
        return
    yield "remove", []
    if isinstance(node, ast.Return) and node.value is not None:
        yield "return-nothing", ast.Return(None)
        parts = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
        for part in parts:
            yield "insert-float32", _with(node, part, _call("np.float32", part))
            yield "insert-round", _with(node, part, _call("np.round", part, ast.Constant(3)))
            if isinstance(part, ast.BinOp) and isinstance(part.left, ast.Name):
                changed = ast.AugAssign(ast.Name(part.left.id, ast.Store()), part.op, part.right)
                yield "in-place", [changed, _with(node, part, part.left)]
    elif isinstance(node, ast.AugAssign):
        for other in OPERATORS.get(type(node.op), ()):
            yield f"{_name(node.op)}->{_name(other())}", _like(node, op=other())
        yield "overwrite", ast.Assign([node.target], node.value, lineno=node.lineno)
    elif isinstance(node, ast.Assign):
        value = node.value
        for target in node.targets:
            if not isinstance(target, ast.Name):
                continue
            if isinstance(value, ast.BinOp) and _id(value.left) == target.id:
                yield "in-place", ast.AugAssign(target, value.op, value.right)
    elif isinstance(node, (ast.If, ast.While)):
        yield "negate-if", _like(node, test=_not(node.test))
        for word, test in (("always", True), ("never", False)):
            yield word, _like(node, test=ast.Constant(test))
    elif isinstance(node, ast.For):
        for operator, new in _of_iterated(node.iter):
            yield operator, _like(node, iter=new)
        yield "only-once", _like(node, body=[*node.body, ast.Break()])
    elif isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
        other_kind = ast.Name("ArithmeticError", ast.Load())
        yield "raise-another", ast.Raise(_like(node.exc, func=other_kind), None)
    elif isinstance(node, (ast.Break, ast.Continue)):
        yield "break->continue", ast.Continue() if isinstance(node, ast.Break) else ast.Break()
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Yield):
        yield "yield->return", ast.Return(node.value.value)


def _of_block(
    block: list[ast.stmt], skipped: int
) -> Iterator[tuple[str, ast.stmt, list[ast.stmt]]]:
    """Changes that take neighbours: turned round, moved into a loop, moved out of one."""
    for i in range(skipped, len(block)):
        here, before, after = block[i], block[:i], block[i + 1 :]
        if after:
            yield "turn-round", here, [*before, after[0], here, *after[1:]]
        if isinstance(here, ast.For) and after:
            longer = _like(here, body=[*here.body, after[0]])
            yield "into-loop", here, [*before, longer, *after[1:]]
        if isinstance(here, ast.For) and len(here.body) > 1:
            shorter = _like(here, body=here.body[:-1])
            yield "out-of-loop", here, [*before, shorter, here.body[-1], *after]


# --- parts -------------------------------------------------------------------------------------


def _like(node: Any, **fields: Any) -> Any:
    """The same node with other fields."""
    kept = dict(ast.iter_fields(node))
    return ast.copy_location(type(node)(**(kept | fields)), node)


def _put(nodes: Sequence[Any], i: int, **fields: Any) -> list[Any]:
    return [*nodes[:i], _like(nodes[i], **fields), *nodes[i + 1 :]]


def _swapped(nodes: Sequence[Any], i: int) -> list[Any]:
    return [*nodes[:i], nodes[i + 1], nodes[i], *nodes[i + 2 :]]


def _plus(node: ast.expr, by: int) -> ast.expr:
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return ast.Constant(node.value + by)
    return ast.BinOp(node, ast.Add() if by > 0 else ast.Sub(), ast.Constant(abs(by)))


def _minus(node: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.USub(), node)


def _not(node: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.Not(), node)


def _call(function: str, *args: ast.expr) -> ast.expr:
    return ast.Call(ast.parse(function, mode="eval").body, list(args), [])


def _transposed(node: ast.expr) -> ast.expr:
    return ast.Attribute(node, "T", ast.Load())


def _id(node: ast.expr) -> str | None:
    return node.id if isinstance(node, ast.Name) else None


def _is_module(node: ast.expr) -> bool:
    return _id(node) in ("np", "math")


def _name(operator: ast.AST) -> str:
    return type(operator).__name__.lower()
