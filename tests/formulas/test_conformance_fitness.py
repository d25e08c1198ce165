"""A sequence of steps against the prescribed one: skips, repeats, reversals, and one number for all three."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from seedmetrics.formulas import step_fitness

PRESCRIBED = list(range(1, 8))
sequences = st.lists(st.integers(1, 9), max_size=12)


def test_the_prescribed_sequence_is_perfect_and_so_is_its_beginning():
    for length in range(1, 8):
        found = step_fitness(PRESCRIBED[:length], PRESCRIBED)
        assert (found.fitness, found.skips, found.repeats, found.reversals) == (1, 0, 0, 0)


def test_what_is_not_reached_yet_is_a_skip_only_once_finished():
    assert step_fitness([1, 2, 4], PRESCRIBED).skips == 1
    assert step_fitness([1, 2, 4], PRESCRIBED, finished=True).skips == 4


def test_one_step_out_of_place_is_one_reversal_however_far_it_moved():
    assert step_fitness([7, 1, 2, 3, 4, 5, 6], PRESCRIBED).reversals == 1
    assert step_fitness([1, 3, 2, 4, 5, 6, 7], PRESCRIBED).reversals == 1
    assert step_fitness(PRESCRIBED[::-1], PRESCRIBED).reversals == 6


def test_a_step_that_may_repeat_costs_nothing():
    assert step_fitness([1, 2, 2, 2, 3], PRESCRIBED).repeats == 2
    found = step_fitness([1, 2, 2, 2, 3], PRESCRIBED, repeatable=[2])
    assert (found.repeats, found.fitness) == (0, 1)


def test_numbers_of_steps_need_not_rise():
    found = step_fitness([30, 10, 20], [30, 10, 20, 5])
    assert found.fitness == 1


def test_degenerate_sequences_are_decided():
    assert np.isnan(step_fitness([], PRESCRIBED).fitness)
    assert step_fitness([], PRESCRIBED, finished=True).fitness == 0
    assert np.isnan(step_fitness([np.nan, np.nan], PRESCRIBED).fitness)
    found = step_fitness([99, 98], PRESCRIBED)
    assert (found.fitness, found.foreign, found.skips) == (0, 2, 0)


def test_many_sequences_at_once_equal_one_at_a_time():
    rows = [[1, 2, 3, 4], [4, 4, 1, np.nan], [np.nan] * 4, [9, 1, np.nan, 2]]
    together = step_fitness(rows, PRESCRIBED)
    for k, row in enumerate(rows):
        alone = step_fitness([x for x in row if not np.isnan(x)], PRESCRIBED)
        assert_allclose(together.fitness[k], alone.fitness)
        assert_array_equal(together.reversals[k], alone.reversals)


def naive_common(a, b):
    """Length of the longest common subsequence, by the table of the textbooks."""
    table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            table[i + 1][j + 1] = (
                table[i][j] + 1 if x == y else max(table[i][j + 1], table[i + 1][j])
            )
    return table[-1][-1]


@given(sequences)
def test_fitness_equals_that_of_the_least_edits(sequence):
    found = step_fitness(sequence, PRESCRIBED, finished=True)
    n, m, common = len(sequence), len(PRESCRIBED), naive_common(sequence, PRESCRIBED)
    assert_allclose(found.fitness, 2 * common / (n + m))


@given(sequences)
def test_the_faults_add_up_to_the_edits(sequence):
    found = step_fitness(sequence, PRESCRIBED, finished=True)
    edits = len(sequence) + len(PRESCRIBED) - 2 * naive_common(sequence, PRESCRIBED)
    assert found.skips + found.repeats + found.foreign + 2 * found.reversals == edits


@given(sequences.filter(bool), st.booleans())
def test_fitness_lies_between_none_and_all(sequence, finished):
    assert 0 <= step_fitness(sequence, PRESCRIBED, finished=finished).fitness <= 1


@given(st.sets(st.integers(1, 7), min_size=1))
def test_each_step_passed_over_costs_fitness(taken):
    found = step_fitness(sorted(taken), PRESCRIBED, finished=True)
    assert_allclose(found.fitness, 2 * len(taken) / (len(taken) + 7))


def test_a_prescribed_sequence_that_is_none_is_refused():
    for wrong in ([], [1, 1], [[1, 2]]):
        with pytest.raises(ValueError, match="`prescribed` must be one sequence"):
            step_fitness([1], wrong)
    with pytest.raises(ValueError, match="`sequence` must hold whole numbers"):
        step_fitness([1.5], PRESCRIBED)
