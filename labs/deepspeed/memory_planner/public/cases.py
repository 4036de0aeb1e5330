"""Small visible calls of the harness, on which an answer may be compared with the reference."""

from hypothesis import strategies as st

OPTIONS = {
    "gradient_bytes": st.sampled_from([2, 4, 6]),
    "largest_layer": st.integers(0, 2),
    "trainable": st.integers(0, 3),
}
PARAMETERS, GPUS = st.sampled_from([4, 6, 7, 12]), st.integers(1, 4)
GIB = st.sampled_from([1, 2, 4, 5, 8])


def one(fixed, optional=None):
    return st.lists(st.fixed_dictionaries(fixed, optional=optional or {}), min_size=1, max_size=1)


OFFLOAD = {"offload_optimizer": st.booleans(), "offload_parameters": st.booleans()}

CALLS = {
    "memory": st.fixed_dictionaries(
        {
            "calls": st.one_of(
                one({"parameters": PARAMETERS, "gpus": GPUS, "stage": st.integers(0, 3)}, OPTIONS),
                one({"parameters": PARAMETERS, "gpus": GPUS, "stage": st.just(3)}, OPTIONS | OFFLOAD),
            )
        }
    ),
    "smallest_stage": st.fixed_dictionaries(
        {"calls": one({"parameters": st.sampled_from([2**28, 2**29]), "gpus": GPUS, "gib": GIB})}
    ),
    "gpus_needed": st.fixed_dictionaries(
        {"calls": one({"parameters": st.just(2**28), "stage": st.integers(0, 3), "gib": GIB})}
    ),
}
