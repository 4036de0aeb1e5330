"""The numbers in system_design.yaml: what images take of a language model's context."""

from __future__ import annotations

from functools import cache


def image_positions(*, side: int, images: int) -> int:
    """Positions in the context that the images of a prompt take in a LLaVA-type model, with patches of 14 pixels.

        positions = images · (side / 14)²

    The class token of the vision tower is dropped (`vision_feature_select_strategy="default"`).
    Source: transformers `models/clip/modeling_clip.py`, `CLIPVisionEmbeddings`; `models/llava/modeling_llava.py`,
    `get_image_features`.
    """
    return images * _patches(side)


def with_class_token(*, side: int, images: int) -> int:
    """What comes out where the class token is kept."""
    return images * (_patches(side) + 1)


def patches_along_one_side(*, side: int, images: int) -> int:
    """What comes out where the patches of one side are counted."""
    return images * (side // 14)


def one_image_only(*, side: int, images: int) -> int:
    """What comes out where the other images are forgotten."""
    return _patches(side)


@cache
def _patches(side: int) -> int:
    import torch
    from transformers import CLIPVisionConfig
    from transformers.models.clip.modeling_clip import CLIPVisionEmbeddings

    with torch.device("meta"):
        return CLIPVisionEmbeddings(CLIPVisionConfig(hidden_size=12, image_size=side, patch_size=14)).num_patches
