"""How chapter 10 is examined: from patches of an image to a network that learns its kernels."""

from functools import partial

import numpy as np

from gdl_check.course import exercise
from gdl_check.expect import expect
from gdl_check.gradient import expect_slopes, upstream_like
from gdl_check.inputs import RATES, SMALL, Array, Choice, Number, Size, Whole

# Numbers that keep tanh and softmax away from their flat ends.
GENTLE = (0.5, -0.5, 0.25, 1.0, -0.25, 0.0, -1.0, 0.125, -0.125, 0.75)

IMAGES = Array(("batch", "height", "width"))
KERNEL = {"kernel_height": Whole(1, 3), "kernel_width": Whole(1, 3)}
# So many numbers are laid out in whatever shape a case needs, again and again: a prime, so that
# no two rows are the same.
NUMBERS = Array((23,))

TWO_BY_THREE = [[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]
FOUR_BY_THREE = [
    [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 10.0], [-1.0, -3.0, -5.0]],
    [[0.5, 0.0, -1.0], [2.0, 1.5, 0.25], [3.0, -2.0, 4.0], [1.0, 6.0, -4.0]],
]
DECIMALS = [[[0.1, 0.7, -0.3], [1.234567891, 0.2, 0.9]]]


def fitted(image_height, image_width, kernel_height, kernel_width):
    return min(kernel_height, image_height), min(kernel_width, image_width)


def with_kernel_that_fits(images, kernel_height, kernel_width):
    kernel_height, kernel_width = fitted(*images.shape[1:], kernel_height, kernel_width)
    return {"images": images, "kernel_height": kernel_height, "kernel_width": kernel_width}


def positions_of(images, kernel_height, kernel_width):
    _, height, width = images.shape
    rows, columns = height - kernel_height + 1, width - kernel_width + 1
    return [(row, column) for row in range(rows) for column in range(columns)]


def patches_of(images, kernel_height, kernel_width, positions=None):
    """Every patch as a row; with `positions` only those, in that order."""
    if positions is None:
        positions = positions_of(images, kernel_height, kernel_width)
    rows = [
        images[:, row : row + kernel_height, column : column + kernel_width]
        for row, column in positions
    ]
    return np.stack(rows, axis=1).reshape(len(images), len(rows), kernel_height * kernel_width)


def without_the_last(images, kernel_height, kernel_width):
    """The positions that range(height - kernel_height) and its like for the width leave."""
    ends = images.shape[1] - kernel_height, images.shape[2] - kernel_width
    return [(row, column) for row in range(ends[0]) for column in range(ends[1])]


def downwards_first(images, kernel_height, kernel_width):
    positions = positions_of(images, kernel_height, kernel_width)
    return sorted(positions, key=lambda position: position[::-1])


# --- output_size -------------------------------------------------------------------------------

output_size = exercise(
    "output_size",
    inputs={
        "image_size": Whole(1, 12),
        "kernel_size": Whole(1, 6),
        "stride": Whole(1, 4),
        "padding": Whole(0, 3),
    },
    edges=[
        {"image_size": 28, "kernel_size": 3, "stride": 1, "padding": 0},
        {"image_size": 5, "kernel_size": 5, "stride": 1, "padding": 0},
        {"image_size": 8, "kernel_size": 3, "stride": 2, "padding": 0},
        {"image_size": 2, "kernel_size": 4, "stride": 3, "padding": 1},
        {"image_size": 2, "kernel_size": 3, "stride": 1, "padding": 0},
        {"image_size": 1, "kernel_size": 4, "stride": 2, "padding": 1},
    ],
    hints=[
        "A row of 4 pixels and a kernel of 3: lay the one on the other with a finger. In how many "
        "places does it fit?",
        "The kernel starts at the first pixel and moves on as long as it still fits; the place "
        'where it ends at the last pixel counts as well (chapter 10, "A simple implementation in '
        'NumPy").',
        "The room to move in is image_size + 2 * padding - kernel_size. Below 0 there is no place "
        "at all. Else there is the first place, and one more for each whole stride in that room.",
    ],
)


@output_size.law("is 1 where the kernel is as large as the image")
def is_one_for_the_whole_image(answer, image_size, stride):
    expect(answer(image_size, image_size, stride, 0)).equals(1)


@output_size.law("counts every pixel as a place for a kernel of one pixel")
def counts_pixels(answer, image_size):
    expect(answer(image_size, 1)).equals(image_size)


@output_size.law("counts the places where the kernel fits, the last one among them")
def counts_places(answer, image_size, kernel_size, stride, padding):
    size = image_size + 2 * padding
    places = [start for start in range(0, size, stride) if start + kernel_size <= size]
    if places:
        expect(answer(image_size, kernel_size, stride, padding)).equals(len(places))


@output_size.law("refuses a kernel that is larger than the padded image")
def refuses_large_kernels(answer, image_size, stride, padding):
    expect(answer(image_size, image_size + 2 * padding + 1, stride, padding)).raises(ValueError)


@output_size.law("is the same for padding as for a larger image")
def padding_enlarges_the_image(answer, image_size, kernel_size, stride, padding):
    larger = image_size + 6
    padded = answer(larger, kernel_size, stride, padding)
    expect(padded).equals(len(range(0, larger + 2 * padding - kernel_size + 1, stride)))


def room_or_refusal(room):
    if room < 0:
        raise ValueError("the kernel does not fit")
    return room


@output_size.misconception(
    "one place too few",
    "Image size minus kernel size counts the moves. The place where the kernel starts is one more: "
    "a kernel of 3 fits into 28 pixels 26 times, not 25 times.",
)
def off_by_one_positions(image_size, kernel_size, stride=1, padding=0):
    return room_or_refusal(image_size + 2 * padding - kernel_size) // stride


@output_size.misconception(
    "the number of places with a stride of 1",
    "With a stride of 2 the kernel skips every other place: divide the room to move in by stride.",
)
def stride_ignored(image_size, kernel_size, stride=1, padding=0):
    return room_or_refusal(image_size + 2 * padding - kernel_size) + 1


@output_size.misconception(
    "padding at one end only",
    "Padding is added at both ends of the image: 2 * padding more pixels in all.",
)
def padding_once(image_size, kernel_size, stride=1, padding=0):
    return room_or_refusal(image_size + padding - kernel_size) // stride + 1


@output_size.misconception(
    "a place where the kernel hangs over the edge",
    "A stride that is cut short by the edge leads to no new place: round down with //, not up.",
)
def rounded_up(image_size, kernel_size, stride=1, padding=0):
    return -(-room_or_refusal(image_size + 2 * padding - kernel_size) // stride) + 1


@output_size.misconception(
    "a number where the kernel does not fit at all",
    "A kernel that is larger than the padded image has no place: raise ValueError.",
)
def no_complaint(image_size, kernel_size, stride=1, padding=0):
    return (image_size + 2 * padding - kernel_size) // stride + 1


@output_size.misconception(
    "a number with a fraction",
    "The number of places is whole: divide with //, which drops what does not fill a stride.",
)
def true_division(image_size, kernel_size, stride=1, padding=0):
    return room_or_refusal(image_size + 2 * padding - kernel_size) / stride + 1


@output_size.alternative
def counted_one_by_one(image_size, kernel_size, stride=1, padding=0):
    end, start, places = image_size + padding, -padding, 0
    while start + kernel_size <= end:
        places += 1
        start += stride
    if not places:
        raise ValueError("too large")
    return places


@output_size.alternative
def length_of_a_range(image_size, kernel_size, stride=1, padding=0):
    if kernel_size > image_size + 2 * padding:
        raise ValueError(kernel_size)
    return np.arange(0, image_size + 2 * padding - kernel_size + 1, stride).size


# --- image_section -----------------------------------------------------------------------------


def rectangle(images, row_from, row_to, col_from, col_to):
    _, height, width = images.shape
    row_from, col_from = min(row_from, height - 1), min(col_from, width - 1)
    return {
        "images": images,
        "row_from": row_from,
        "row_to": min(row_from + row_to, height),
        "col_from": col_from,
        "col_to": min(col_from + col_to, width),
    }


image_section = exercise(
    "image_section",
    inputs={
        "images": IMAGES,
        "row_from": Whole(0, 3),
        "row_to": Whole(1, 3),
        "col_from": Whole(0, 3),
        "col_to": Whole(1, 3),
    },
    arrange=rectangle,
    edges=[
        {"images": TWO_BY_THREE, "row_from": 0, "row_to": 2, "col_from": 1, "col_to": 3},
        {"images": DECIMALS, "row_from": 1, "row_to": 2, "col_from": 0, "col_to": 3},
        {"images": FOUR_BY_THREE, "row_from": 1, "row_to": 4, "col_from": 1, "col_to": 2},
    ],
    hints=[
        "From row 1 up to, not including, row 4: how many rows are that? And which is the first?",
        "All images are cut at once, in the same place. A slice on each axis does it (chapter 10, "
        '"A simple implementation in NumPy").',
        "The axes of `images` are (batch, height, width): leave the first one whole. The result "
        "has one axis more, of length 1, after the batch; None in an index makes such an axis.",
    ],
)


@image_section.law("has one section of the right size for each image")
def has_one_section_each(answer, images, row_from, row_to, col_from, col_to):
    section = answer(images, row_from, row_to, col_from, col_to)
    expect(section).has_shape(len(images), 1, row_to - row_from, col_to - col_from)


@image_section.law("shows the whole image when it is cut from edge to edge")
def whole_image(answer, images):
    batch, height, width = images.shape
    whole = answer(images, 0, height, 0, width)
    expect(whole).equals(images.reshape(batch, 1, height, width))


@image_section.law("shows one pixel when it is cut around that pixel")
def one_pixel(answer, images, row_from, col_from):
    pixel = answer(images, row_from, row_from + 1, col_from, col_from + 1)
    expect(pixel).equals(images[:, row_from, col_from].reshape(-1, 1, 1, 1))


@image_section.misconception(
    "rows and columns in each other's place",
    "The axes are (batch, height, width): the rows are cut on axis 1, the columns on axis 2.",
)
def rows_and_columns_swapped(images, row_from, row_to, col_from, col_to):
    return images[:, None, col_from:col_to, row_from:row_to]


@image_section.misconception(
    "a section without an axis of its own",
    "The sections of an image will be joined along axis 1. Give each an axis of length 1 there.",
)
def shape_collapsed(images, row_from, row_to, col_from, col_to):
    return images[:, row_from:row_to, col_from:col_to]


@image_section.misconception(
    "one row and one column too many",
    "row_to and col_to are where the section has ended: they are not part of it, as in any slice.",
)
def ends_included(images, row_from, row_to, col_from, col_to):
    return images[:, None, row_from : row_to + 1, col_from : col_to + 1]


@image_section.misconception(
    "the new axis at the end",
    "The section's axis comes right after the batch: (batch, 1, rows, columns).",
)
def channels_last_confusion(images, row_from, row_to, col_from, col_to):
    return images[:, row_from:row_to, col_from:col_to, None]


@image_section.misconception(
    "only the first image's section", "Leave the first axis whole: every image of the batch is cut."
)
def first_image_only(images, row_from, row_to, col_from, col_to):
    return images[:1, None, row_from:row_to, col_from:col_to]


@image_section.alternative
def cut_and_reshaped(images, row_from, row_to, col_from, col_to):
    section = images[:, row_from:row_to][:, :, col_from:col_to]
    return section.reshape(-1, 1, row_to - row_from, col_to - col_from)


@image_section.alternative
def pixel_by_pixel(images, row_from, row_to, col_from, col_to):
    rows, columns = range(row_from, row_to), range(col_from, col_to)
    return [[[[float(image[r, c]) for c in columns] for r in rows]] for image in images]


# --- im2col ------------------------------------------------------------------------------------

im2col = exercise(
    "im2col",
    inputs={"images": IMAGES} | KERNEL,
    arrange=with_kernel_that_fits,
    edges=[
        {"images": TWO_BY_THREE, "kernel_height": 2, "kernel_width": 2},
        {"images": DECIMALS, "kernel_height": 1, "kernel_width": 2},
        {"images": FOUR_BY_THREE, "kernel_height": 3, "kernel_width": 2},
        {"images": FOUR_BY_THREE, "kernel_height": 4, "kernel_width": 3},
        {"images": [[[7.0]]], "kernel_height": 1, "kernel_width": 1},
    ],
    hints=[
        "A kernel of 2 by 2 on an image of 2 rows and 3 columns: which pixels does it see first, "
        "and which last?",
        "Cut the section of each position out with `image_section`, join them along axis 1, and "
        'write each out as one row (chapter 10, "A simple implementation in NumPy").',
        "`output_size` says in how many rows and columns of positions the kernel fits. Joined, the "
        "sections are (batch, positions, kernel_height, kernel_width); a reshape makes one axis of "
        "the last two.",
    ],
)


@im2col.law("has a row for every position, those at the right and lower edge among them")
def has_every_position(answer, images, kernel_height, kernel_width):
    positions = len(positions_of(images, kernel_height, kernel_width))
    patches = answer(images, kernel_height, kernel_width)
    expect(patches).has_shape(len(images), positions, kernel_height * kernel_width)


@im2col.law("begins at the top left and ends at the bottom right")
def first_and_last_patch(answer, images, kernel_height, kernel_width):
    patches = np.asarray(answer(images, kernel_height, kernel_width))
    first = images[:, :kernel_height, :kernel_width].reshape(len(images), -1)
    last = images[:, -kernel_height:, -kernel_width:].reshape(len(images), -1)
    expect(patches[:, 0], "the first patches").equals(first)
    expect(patches[:, -1], "the last patches").equals(last)


@im2col.law("lists the pixels one by one for a kernel of one pixel")
def lists_the_pixels(answer, images):
    expect(answer(images, 1, 1)).equals(images.reshape(len(images), -1, 1))


@im2col.law("sees the same patches, but for the first row, when the top row is cut off")
def moves_along(answer, images, kernel_height, kernel_width):
    if images.shape[1] == kernel_height:
        return
    columns = images.shape[2] - kernel_width + 1
    below = answer(images[:, 1:].copy(), kernel_height, kernel_width)
    expect(below).equals(np.asarray(answer(images, kernel_height, kernel_width))[:, columns:])


@im2col.law("treats every image on its own")
def images_are_independent(answer, images, kernel_height, kernel_width):
    turned = answer(images[::-1].copy(), kernel_height, kernel_width)
    expect(turned).equals(np.asarray(answer(images, kernel_height, kernel_width))[::-1])


@im2col.law("refuses a kernel that is larger than the images")
def refuses_large_kernels(answer, images, kernel_height, kernel_width):
    expect(answer(images, images.shape[1] + 1, kernel_width)).raises(ValueError)
    expect(answer(images, kernel_height, images.shape[2] + 1)).raises(ValueError)


@im2col.misconception(
    "the last row and the last column of positions are missing",
    "range(height - kernel_height) ends one short: the kernel fits in height - kernel_height + 1 "
    "rows of positions. The book's listing has this slip and sees 25 by 25 positions of 26 by 26.",
)
def off_by_one_positions(images, kernel_height, kernel_width):
    positions = without_the_last(images, kernel_height, kernel_width)
    return patches_of(images, kernel_height, kernel_width, positions)


@im2col.misconception(
    "reshaped where the axes should be turned",
    "A list of patches has the positions first: (positions, batch, ...). A reshape to (batch, "
    "positions, ...) mixes the images up. Join along axis 1, or transpose.",
)
def reshape_instead_of_transpose(images, kernel_height, kernel_width):
    patches = patches_of(images, kernel_height, kernel_width)
    return patches.transpose(1, 0, 2).reshape(patches.shape)


@im2col.misconception(
    "the positions from top to bottom first",
    "Positions go like reading: along the first row from left to right, then along the next. Let "
    "the loop over the rows be the outer one.",
)
def patch_order_mismatch(images, kernel_height, kernel_width):
    positions = downwards_first(images, kernel_height, kernel_width)
    return patches_of(images, kernel_height, kernel_width, positions)


@im2col.misconception(
    "the pixels of a patch column by column",
    "Within a patch the pixels go row by row too, as reshape lists them.",
)
def pixels_downwards_first(images, kernel_height, kernel_width):
    patches = patches_of(images, kernel_height, kernel_width)
    patches = patches.reshape(*patches.shape[:2], kernel_height, kernel_width)
    return patches.transpose(0, 1, 3, 2).reshape(*patches.shape[:2], -1)


@im2col.misconception(
    "patches side by side, without overlap",
    "The kernel moves on by one pixel at a time, so that neighbouring patches overlap.",
)
def tiles(images, kernel_height, kernel_width):
    rows = range(0, images.shape[1] - kernel_height + 1, kernel_height)
    columns = range(0, images.shape[2] - kernel_width + 1, kernel_width)
    positions = [(row, column) for row in rows for column in columns]
    return patches_of(images, kernel_height, kernel_width, positions)


@im2col.misconception(
    "patches of a kernel lying on its side",
    "kernel_height counts rows and goes with the height of the image, kernel_width with its width.",
)
def height_and_width_swapped(images, kernel_height, kernel_width):
    return patches_of(images, kernel_width, kernel_height)


@im2col.misconception(
    "images and positions in one axis",
    "Keep the batch as an axis of its own: (batch, positions, pixels).",
)
def batch_and_positions_merged(images, kernel_height, kernel_width):
    patches = patches_of(images, kernel_height, kernel_width)
    return patches.reshape(-1, patches.shape[2])


@im2col.alternative
def with_windows(images, kernel_height, kernel_width):
    shape = (kernel_height, kernel_width)
    windows = np.lib.stride_tricks.sliding_window_view(images, shape, axis=(1, 2))
    return windows.reshape(len(images), -1, kernel_height * kernel_width)


@im2col.alternative
def pixel_by_pixel(images, kernel_height, kernel_width):
    _, height, width = images.shape
    if kernel_height > height or kernel_width > width:
        raise ValueError("too large")
    return [
        [
            [float(image[r + i, c + j]) for i in range(kernel_height) for j in range(kernel_width)]
            for r in range(height - kernel_height + 1)
            for c in range(width - kernel_width + 1)
        ]
        for image in images
    ]


@im2col.alternative
def each_pixel_of_the_kernel_by_itself(images, kernel_height, kernel_width):
    rows, columns = images.shape[1] - kernel_height + 1, images.shape[2] - kernel_width + 1
    if min(rows, columns) < 1:
        raise ValueError("too large")
    patches = np.empty((len(images), rows * columns, kernel_height * kernel_width))
    for i in range(kernel_height):
        for j in range(kernel_width):
            seen = images[:, i : i + rows, j : j + columns]
            patches[:, :, i * kernel_width + j] = seen.reshape(len(images), -1)
    return patches


# --- col2im ------------------------------------------------------------------------------------


def back_to_images(patches, batch, height, width, kernel_height, kernel_width):
    kernel_height, kernel_width = fitted(height, width, kernel_height, kernel_width)
    positions = (height - kernel_height + 1) * (width - kernel_width + 1)
    return {
        "patches": np.resize(patches, (batch, positions, kernel_height * kernel_width)),
        "shape": (batch, height, width),
        "kernel_height": kernel_height,
        "kernel_width": kernel_width,
    }


col2im = exercise(
    "col2im",
    inputs={
        "patches": Array((41,)),
        "batch": Size("batch"),
        "height": Size("height"),
        "width": Size("width"),
    }
    | KERNEL,
    arrange=back_to_images,
    edges=[
        {
            "patches": [[[1.0, 2.0, 3.0, 4.0], [10.0, 20.0, 30.0, 40.0]]],
            "shape": (1, 2, 3),
            "kernel_height": 2,
            "kernel_width": 2,
        },
        {
            "patches": [[[0.1, 0.7], [1.234567891, 0.2], [0.3, -0.9]]],
            "shape": (1, 1, 4),
            "kernel_height": 1,
            "kernel_width": 2,
        },
        {
            "patches": [[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]],
            "shape": (2, 3, 1),
            "kernel_height": 2,
            "kernel_width": 1,
        },
        {
            "patches": [[[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]]],
            "shape": (1, 2, 3),
            "kernel_height": 2,
            "kernel_width": 3,
        },
    ],
    hints=[
        "In a row of 3 pixels, a kernel of 2 fits twice. Which pixel lies in both patches, and what "
        "should stand there when both come back?",
        "What went out in several patches comes back from all of them: start with images of zeros "
        "and add every patch in its place, in the order of the positions of `im2col` (chapter 10, "
        '"Reusing weights in multiple places").',
        "patches[:, position] is (batch, kernel_height * kernel_width): give it the shape of the "
        "kernel again, and add it to the rectangle of `images` that begins at its row and column.",
    ],
)


@col2im.law("has the shape of the images")
def has_the_shape(answer, patches, shape, kernel_height, kernel_width):
    expect(answer(patches, shape, kernel_height, kernel_width)).has_shape(*shape)


@col2im.law("counts in how many patches each pixel lies when the patches are all ones")
def counts_patches(answer, patches, shape, kernel_height, kernel_width):
    counts = np.zeros(shape)
    for row, column in positions_of(counts, kernel_height, kernel_width):
        counts[:, row : row + kernel_height, column : column + kernel_width] += 1
    expect(answer(np.ones_like(patches), shape, kernel_height, kernel_width)).equals(counts)


@col2im.law("loses nothing: all numbers together add up to the same")
def loses_nothing(answer, patches, shape, kernel_height, kernel_width):
    images = np.asarray(answer(patches, shape, kernel_height, kernel_width))
    expect(np.sum(images), "the sum").equals(np.sum(patches))


@col2im.law("weighs an image as the patches weigh the patches of that image")
def turns_im2col_round(answer, patches, shape, kernel_height, kernel_width):
    image = upstream_like(np.ones(shape))
    weighed = np.sum(patches * patches_of(image, kernel_height, kernel_width))
    images = np.asarray(answer(patches, shape, kernel_height, kernel_width))
    expect(np.sum(images * image), "the weighted sum").equals(weighed)


@col2im.law("leads back to the image where no two patches overlap")
def undoes_im2col(answer, shape):
    image = upstream_like(np.ones(shape))
    expect(answer(image.reshape(shape[0], -1, 1), shape, 1, 1)).equals(image)


def laid_back(patches, shape, kernel_height, kernel_width, put, positions=positions_of):
    """Lay the patches back with `put(there, patch)`, in the order that `positions` gives."""
    images = np.zeros(shape)
    for i, (row, column) in enumerate(positions(images, kernel_height, kernel_width)):
        there = images[:, row : row + kernel_height, column : column + kernel_width]
        there[...] = put(there, patches[:, i].reshape(-1, kernel_height, kernel_width))
    return images


@col2im.misconception(
    "each patch overwrites the one before",
    "Where patches overlap, a pixel gets what comes from all of them: += instead of =.",
)
def overwritten(*args):
    return laid_back(*args, put=lambda there, patch: patch)


@col2im.misconception(
    "the mean where patches overlap",
    "A pixel that lies in four patches counts four times: add, do not average.",
)
def averaged(patches, shape, kernel_height, kernel_width):
    args = (shape, kernel_height, kernel_width, np.add)
    return laid_back(patches, *args) / laid_back(np.ones_like(patches), *args)


@col2im.misconception(
    "the last row and the last column of positions are left out",
    "There are height - kernel_height + 1 rows of positions, the one at the lower edge among them.",
)
def off_by_one_positions(patches, shape, kernel_height, kernel_width):
    columns = shape[2] - kernel_width + 1
    images = np.zeros(shape)
    for row, column in without_the_last(images, kernel_height, kernel_width):
        patch = patches[:, row * columns + column].reshape(-1, kernel_height, kernel_width)
        images[:, row : row + kernel_height, column : column + kernel_width] += patch
    return images


@col2im.misconception(
    "the positions from top to bottom first",
    "`im2col` lists the positions from left to right, then downwards: lay them back in that order.",
)
def patch_order_mismatch(*args):
    return laid_back(*args, put=np.add, positions=downwards_first)


@col2im.misconception(
    "each patch transposed, as if it were listed column by column",
    "A patch is listed row by row: reshape it to (kernel_height, kernel_width), that is all.",
)
def pixels_downwards_first(patches, shape, kernel_height, kernel_width):
    turned = patches.reshape(*patches.shape[:2], kernel_width, kernel_height)
    turned = turned.transpose(0, 1, 3, 2).reshape(patches.shape)
    return laid_back(turned, shape, kernel_height, kernel_width, np.add)


@col2im.alternative
def each_pixel_of_the_kernel_by_itself(patches, shape, kernel_height, kernel_width):
    batch, height, width = shape
    rows, columns = height - kernel_height + 1, width - kernel_width + 1
    grid = patches.reshape(batch, rows, columns, kernel_height, kernel_width)
    images = np.zeros(shape)
    for i in reversed(range(kernel_height)):
        for j in reversed(range(kernel_width)):
            images[:, i : i + rows, j : j + columns] += grid[:, :, :, i, j]
    return images


@col2im.alternative
def pixel_by_pixel(patches, shape, kernel_height, kernel_width):
    batch, height, width = shape
    images = [[[0.0] * width for _ in range(height)] for _ in range(batch)]
    columns = width - kernel_width + 1
    for b in range(batch):
        for position, patch in enumerate(patches[b]):
            for k, number in enumerate(patch):
                row = position // columns + k // kernel_width
                images[b][row][position % columns + k % kernel_width] += float(number)
    return images


# --- conv_forward ------------------------------------------------------------------------------


def with_kernels(images, kernels, n_kernels, kernel_height, kernel_width):
    kernel_height, kernel_width = fitted(*images.shape[1:], kernel_height, kernel_width)
    return {
        "images": images,
        "kernels": np.resize(kernels, (kernel_height * kernel_width, n_kernels)),
        "kernel_height": kernel_height,
        "kernel_width": kernel_width,
    }


conv_forward = exercise(
    "conv_forward",
    inputs={"images": IMAGES, "kernels": NUMBERS, "n_kernels": Size("n_kernels")} | KERNEL,
    arrange=with_kernels,
    edges=[
        {
            "images": TWO_BY_THREE,
            "kernels": [[1.0], [2.0], [3.0], [5.0]],
            "kernel_height": 2,
            "kernel_width": 2,
        },
        {
            "images": DECIMALS,
            "kernels": [[0.3, -0.7], [1.1, 0.6]],
            "kernel_height": 1,
            "kernel_width": 2,
        },
        {
            "images": FOUR_BY_THREE,
            "kernels": [[1.0, 0.0, -1.0], [2.0, 1.0, 0.5], [0.0, -1.0, 3.0]],
            "kernel_height": 3,
            "kernel_width": 1,
        },
        {"images": [[[2.0]]], "kernels": [[-3.0]], "kernel_height": 1, "kernel_width": 1},
    ],
    hints=[
        "An ordinary layer takes the weighted sum of a row. Which rows would you hand it, so that "
        "it sees every patch of the image?",
        "A convolutional layer is one small linear layer, used again at every position (chapter "
        '10, "The convolutional layer"). You have what cuts the patches out already.',
        "(batch, positions, pixels) . (pixels, n_kernels) gives (batch, positions, n_kernels): "
        "NumPy's dot takes the last axis of the left with the first of the right.",
    ],
)


@conv_forward.law("has one number for each position and kernel")
def has_a_number_for_each(answer, images, kernels, kernel_height, kernel_width):
    positions = len(positions_of(images, kernel_height, kernel_width))
    outputs = answer(images, kernels, kernel_height, kernel_width)
    expect(outputs).has_shape(len(images), positions, kernels.shape[1])


@conv_forward.law("copies the pixel below the kernel's only 1")
def copies_a_pixel(answer, images, kernels, kernel_height, kernel_width):
    only_one = np.zeros((kernel_height * kernel_width, 1))
    only_one[-1] = 1
    corner = images[:, kernel_height - 1 :, kernel_width - 1 :]
    copied = answer(images, only_one, kernel_height, kernel_width)
    expect(copied).equals(corner.reshape(len(images), -1, 1))


@conv_forward.law("gives the same outputs, moved, when the image is moved")
def moves_along(answer, images, kernels, kernel_height, kernel_width):
    if images.shape[1] == kernel_height:
        return
    columns = images.shape[2] - kernel_width + 1
    below = answer(images[:, 1:].copy(), kernels, kernel_height, kernel_width)
    outputs = np.asarray(answer(images, kernels, kernel_height, kernel_width))
    expect(below).equals(outputs[:, columns:])


@conv_forward.law("treats every kernel on its own")
def kernels_are_independent(answer, images, kernels, kernel_height, kernel_width):
    turned = answer(images, kernels[:, ::-1].copy(), kernel_height, kernel_width)
    outputs = np.asarray(answer(images, kernels, kernel_height, kernel_width))
    expect(turned).equals(outputs[:, :, ::-1])


@conv_forward.law("doubles when the kernels double")
def doubles_with_the_kernels(answer, images, kernels, kernel_height, kernel_width):
    doubled = answer(images, 2 * kernels, kernel_height, kernel_width)
    expect(doubled).equals(2 * np.asarray(answer(images, kernels, kernel_height, kernel_width)))


@conv_forward.misconception(
    "the last row and the last column of positions are missing",
    "range(height - kernel_height) ends one short: the kernel fits in height - kernel_height + 1 "
    "rows of positions.",
)
def off_by_one_positions(images, kernels, kernel_height, kernel_width):
    positions = without_the_last(images, kernel_height, kernel_width)
    return patches_of(images, kernel_height, kernel_width, positions).dot(kernels)


@conv_forward.misconception(
    "the kernels turned round",
    "Mathematicians turn the kernel round before they lay it on, and call that a convolution. In "
    "neural networks it is laid on as it stands.",
)
def kernel_flip(images, kernels, kernel_height, kernel_width):
    return patches_of(images, kernel_height, kernel_width).dot(kernels[::-1])


@conv_forward.misconception(
    "the kernels before the positions",
    "The axes of the result are (batch, positions, n_kernels): the kernels come last.",
)
def channels_last_confusion(images, kernels, kernel_height, kernel_width):
    return patches_of(images, kernel_height, kernel_width).dot(kernels).transpose(0, 2, 1)


@conv_forward.misconception(
    "the kernels' matrix read in another order",
    "`kernels` has one column a kernel. Reshaping it to one row a kernel mixes the kernels up: "
    "transpose it if you need rows.",
)
def reshape_instead_of_transpose(images, kernels, kernel_height, kernel_width):
    rows = kernels.reshape(kernels.shape[1], kernels.shape[0])
    return patches_of(images, kernel_height, kernel_width).dot(rows.T)


@conv_forward.misconception(
    "the positions from top to bottom first",
    "Positions go like reading: along the first row from left to right, then along the next.",
)
def patch_order_mismatch(images, kernels, kernel_height, kernel_width):
    positions = downwards_first(images, kernel_height, kernel_width)
    return patches_of(images, kernel_height, kernel_width, positions).dot(kernels)


@conv_forward.misconception(
    "tanh already applied",
    "This is the weighted sum alone. The network puts it through tanh afterwards.",
)
def activation_included(images, kernels, kernel_height, kernel_width):
    return np.tanh(patches_of(images, kernel_height, kernel_width).dot(kernels))


@conv_forward.alternative
def in_plain_loops(images, kernels, kernel_height, kernel_width):
    outputs = []
    for image in images:
        seen = []
        for row in range(image.shape[0] - kernel_height + 1):
            for column in range(image.shape[1] - kernel_width + 1):
                patch = image[row : row + kernel_height, column : column + kernel_width].ravel()
                seen.append([sum(float(x) * float(w) for x, w in zip(patch, k)) for k in kernels.T])
        outputs.append(seen)
    return outputs


@conv_forward.alternative
def shifted_images_added_up(images, kernels, kernel_height, kernel_width):
    rows, columns = images.shape[1] - kernel_height + 1, images.shape[2] - kernel_width + 1
    grid = kernels.reshape(kernel_height, kernel_width, -1)
    outputs = 0
    for i in reversed(range(kernel_height)):
        for j in range(kernel_width):
            shifted = images[:, i : i + rows, j : j + columns]
            outputs = outputs + shifted[..., None] * grid[i, j]
    return outputs.reshape(len(images), rows * columns, -1)


@conv_forward.alternative
def with_einsum(images, kernels, kernel_height, kernel_width):
    windows = np.lib.stride_tricks.sliding_window_view(
        images, (kernel_height, kernel_width), axis=(1, 2)
    )
    grid = kernels.reshape(kernel_height, kernel_width, kernels.shape[1])
    outputs = np.einsum("brcij,ijk->brck", windows, grid)
    return outputs.reshape(len(images), -1, kernels.shape[1])


# --- conv_kernel_grad --------------------------------------------------------------------------

conv_kernel_grad = exercise(
    "conv_kernel_grad",
    inputs={
        "patches": Array(("batch", "positions", "pixels")),
        "upstream": Array(("batch", "positions", "n_kernels")),
    },
    edges=[
        {"patches": [[[1.0, 2.0], [3.0, 4.0]]], "upstream": [[[1.0], [10.0]]]},
        {
            "patches": [[[0.1, 0.7, 1.234567891]], [[-0.3, 0.6, 0.9]]],
            "upstream": [[[0.3, -0.7]], [[1.1, 0.2]]],
        },
        {"patches": [[[2.0]]], "upstream": [[[-3.0]]]},
    ],
    hints=[
        "In an ordinary layer a weight's slope is its input times the delta. A kernel's weight is "
        "used at every position of every image. How many such products are there, and what becomes "
        "of them?",
        'Each position is one more example for the same small layer (chapter 10, "A simple '
        'implementation in NumPy"): as in chapter 6, inputs^T . delta adds up over the examples.',
        "Make one axis of batch and positions: patches (batch * positions, pixels), upstream "
        "(batch * positions, n_kernels). The result is (pixels, n_kernels), like the kernels.",
    ],
)


@conv_kernel_grad.law("has the shape of the kernels")
def has_the_shape_of_the_kernels(answer, patches, upstream):
    expect(answer(patches, upstream)).has_shape(patches.shape[2], upstream.shape[2])


@conv_kernel_grad.law("adds up over the images of the batch")
def adds_up_over_images(answer, patches, upstream):
    each = [answer(patches[i : i + 1], upstream[i : i + 1]) for i in range(len(patches))]
    expect(answer(patches, upstream)).equals(sum(np.asarray(slope) for slope in each))


@conv_kernel_grad.law("is the patch times the delta where only one output has a delta")
def one_output(answer, patches, upstream):
    only = np.zeros_like(upstream)
    only[-1, -1, -1] = 2
    expected = np.zeros((patches.shape[2], upstream.shape[2]))
    expected[:, -1] = 2 * patches[-1, -1]
    expect(answer(patches, only)).equals(expected)


@conv_kernel_grad.law("says how steeply the loss climbs as a kernel's weight grows", most=4)
def is_the_slope(answer, patches, upstream):
    expect_slopes(
        lambda kernels: np.sum(upstream * patches.dot(kernels)),
        at={"kernels": upstream_like(np.ones((patches.shape[2], upstream.shape[2])))},
        claimed=lambda kernels: answer(patches, upstream),
        batch=len(patches),
    )


def kernel_slopes(patches, upstream):
    return np.einsum("bpk,bpc->kc", patches, upstream)


@conv_kernel_grad.misconception(
    "a slope for each image",
    "There is one set of kernels for all images: add up over the batch as well as over positions.",
)
def sum_over_batch_missing(patches, upstream):
    return np.einsum("bpk,bpc->bkc", patches, upstream)


@conv_kernel_grad.misconception(
    "the mean over the images",
    "The delta that comes from above is divided by the batch already. Dividing once more would "
    "make the step too small: add up.",
)
def divided_by_batch(patches, upstream):
    return kernel_slopes(patches, upstream) / len(patches)


@conv_kernel_grad.misconception(
    "the mean over the positions",
    "A kernel that is used at many positions is to blame at all of them: add up, do not average.",
)
def divided_by_positions(patches, upstream):
    return kernel_slopes(patches, upstream) / patches.shape[1]


@conv_kernel_grad.misconception(
    "the transposed matrix", "Shape it like the kernels: (pixels, n_kernels)."
)
def transposed_outer(patches, upstream):
    return kernel_slopes(patches, upstream).T


@conv_kernel_grad.misconception(
    "reshaped where it should be transposed",
    "reshape(pixels, -1) does not turn a matrix, it reads its numbers in another order. Reshape to "
    "(batch * positions, pixels) first, then take .T.",
)
def reshape_instead_of_transpose(patches, upstream):
    flat = upstream.reshape(-1, upstream.shape[2])
    return patches.reshape(patches.shape[2], -1).dot(flat)


@conv_kernel_grad.misconception(
    "the deltas read with the kernels before the positions",
    "`upstream` has the positions before the kernels, as the forward pass had. Read in another "
    "order, each patch meets the delta of another one.",
)
def patch_order_mismatch(patches, upstream):
    batch, positions, n_kernels = upstream.shape
    mixed = upstream.reshape(batch, n_kernels, positions).transpose(0, 2, 1)
    return kernel_slopes(patches, mixed)


@conv_kernel_grad.misconception(
    "the slope with its sign turned round",
    "This is the slope itself. It is taken off the kernels later, and the minus stands there.",
)
def kernel_sign_flipped(patches, upstream):
    return -kernel_slopes(patches, upstream)


@conv_kernel_grad.alternative
def outer_products_added_up(patches, upstream):
    slope = np.zeros((patches.shape[2], upstream.shape[2]))
    for image, deltas in zip(patches, upstream):
        for patch, delta in zip(image, deltas):
            slope += np.outer(patch, delta)
    return slope


@conv_kernel_grad.alternative
def with_tensordot(patches, upstream):
    return np.tensordot(patches, upstream, axes=([0, 1], [0, 1]))


@conv_kernel_grad.alternative
def image_by_image(patches, upstream):
    return np.sum(patches.transpose(0, 2, 1) @ upstream, axis=0)


# --- conv_input_grad ---------------------------------------------------------------------------


def deltas_above(upstream, kernels, batch, height, width, n_kernels, kernel_height, kernel_width):
    kernel_height, kernel_width = fitted(height, width, kernel_height, kernel_width)
    positions = (height - kernel_height + 1) * (width - kernel_width + 1)
    return {
        "upstream": np.resize(upstream, (batch, positions, n_kernels)),
        "kernels": np.resize(kernels, (kernel_height * kernel_width, n_kernels)),
        "shape": (batch, height, width),
        "kernel_height": kernel_height,
        "kernel_width": kernel_width,
    }


conv_input_grad = exercise(
    "conv_input_grad",
    inputs={
        "upstream": Array((41,)),
        "kernels": NUMBERS,
        "batch": Size("batch"),
        "height": Size("height"),
        "width": Size("width"),
        "n_kernels": Size("n_kernels"),
    }
    | KERNEL,
    arrange=deltas_above,
    edges=[
        {
            "upstream": [[[1.0], [10.0]]],
            "kernels": [[1.0], [2.0]],
            "shape": (1, 1, 3),
            "kernel_height": 1,
            "kernel_width": 2,
        },
        {
            "upstream": [[[0.1, 0.7], [-0.3, 0.2]]],
            "kernels": [[0.3, 1.1], [1.234567891, -0.9]],
            "shape": (1, 3, 1),
            "kernel_height": 2,
            "kernel_width": 1,
        },
        {
            "upstream": [[[1.0], [2.0], [3.0], [5.0]], [[-1.0], [0.5], [4.0], [0.0]]],
            "kernels": [[1.0], [2.0], [-1.0], [3.0], [0.0], [5.0]],
            "shape": (2, 3, 4),
            "kernel_height": 2,
            "kernel_width": 3,
        },
    ],
    hints=[
        "A pixel in the middle of an image is seen at several positions. From how many deltas does "
        "blame come back to it?",
        "First back along the kernels, as in any layer: this gives blame for every pixel of every "
        'patch. Then from the patches back to the image (chapter 10, "The convolutional layer"). '
        "You have the function for the second half.",
        "(batch, positions, n_kernels) . (n_kernels, pixels) gives (batch, positions, pixels), "
        "which is what `col2im` takes. Which way round must `kernels` stand?",
    ],
)


@conv_input_grad.law("has the shape of the images")
def has_the_shape_of_the_images(answer, upstream, kernels, shape, kernel_height, kernel_width):
    expect(answer(upstream, kernels, shape, kernel_height, kernel_width)).has_shape(*shape)


@conv_input_grad.law("lays the kernel where the only delta is")
def one_output(answer, upstream, kernels, shape, kernel_height, kernel_width):
    only = np.zeros_like(upstream)
    only[-1, -1, -1] = 2
    expected = np.zeros(shape)
    kernel = kernels[:, -1].reshape(kernel_height, kernel_width)
    expected[-1, -kernel_height:, -kernel_width:] = 2 * kernel
    expect(answer(only, kernels, shape, kernel_height, kernel_width)).equals(expected)


@conv_input_grad.law("adds up over the kernels")
def adds_up_over_kernels(answer, upstream, kernels, shape, kernel_height, kernel_width):
    each = [
        answer(upstream[:, :, [k]], kernels[:, [k]], shape, kernel_height, kernel_width)
        for k in range(kernels.shape[1])
    ]
    blame = answer(upstream, kernels, shape, kernel_height, kernel_width)
    expect(blame).equals(sum(np.asarray(part) for part in each))


@conv_input_grad.law("says how steeply the loss climbs as a pixel gets brighter", most=4)
def is_the_slope(answer, upstream, kernels, shape, kernel_height, kernel_width):
    expect_slopes(
        lambda images: np.sum(
            upstream * patches_of(images, kernel_height, kernel_width).dot(kernels)
        ),
        at={"images": upstream_like(np.ones(shape))},
        claimed=lambda images: answer(upstream, kernels, shape, kernel_height, kernel_width),
        batch=shape[0],
    )


@conv_input_grad.misconception(
    "each patch's blame overwrites the one before",
    "A pixel that lies in several patches is to blame in all of them: add up.",
)
def overwritten(upstream, kernels, *sizes):
    return laid_back(upstream.dot(kernels.T), *sizes, put=lambda there, patch: patch)


@conv_input_grad.misconception(
    "the kernels turned round",
    "The delta goes back along the very weights that the signal came forward along: transpose "
    "`kernels`, but leave the order of a kernel's pixels as it is.",
)
def kernel_flip(upstream, kernels, *sizes):
    return laid_back(upstream.dot(kernels[::-1].T), *sizes, put=np.add)


@conv_input_grad.misconception(
    "the deltas spread out without the kernels",
    "A pixel is to blame as much as its weight was strong: multiply by the kernels.",
)
def forgot_kernels(upstream, kernels, *sizes):
    return laid_back(upstream.dot(np.ones_like(kernels).T), *sizes, put=np.add)


@conv_input_grad.misconception(
    "the last row and the last column of positions are left out",
    "The positions at the right and lower edge send blame back as well.",
)
def off_by_one_positions(upstream, kernels, shape, kernel_height, kernel_width):
    columns = shape[2] - kernel_width + 1
    patches = upstream.dot(kernels.T)
    images = np.zeros(shape)
    for row, column in without_the_last(images, kernel_height, kernel_width):
        patch = patches[:, row * columns + column].reshape(-1, kernel_height, kernel_width)
        images[:, row : row + kernel_height, column : column + kernel_width] += patch
    return images


@conv_input_grad.misconception(
    "the kernels reshaped instead of transposed",
    "kernels.reshape(n_kernels, pixels) reads the numbers in another order. kernels.T turns the "
    "matrix.",
)
def reshape_instead_of_transpose(upstream, kernels, *sizes):
    return laid_back(upstream.dot(kernels.reshape(kernels.T.shape)), *sizes, put=np.add)


@conv_input_grad.misconception(
    "the mean over the images", "Every image has its own delta: nothing is averaged here."
)
def divided_by_batch(upstream, kernels, *sizes):
    return laid_back(upstream.dot(kernels.T), *sizes, put=np.add) / len(upstream)


@conv_input_grad.alternative
def shifted_maps_added_up(upstream, kernels, shape, kernel_height, kernel_width):
    rows, columns = shape[1] - kernel_height + 1, shape[2] - kernel_width + 1
    maps = upstream.reshape(shape[0], rows, columns, -1)
    images = np.zeros(shape)
    for k, weights in enumerate(kernels):
        i, j = divmod(k, kernel_width)
        images[:, i : i + rows, j : j + columns] += np.einsum("brcn,n->brc", maps, weights)
    return images


@conv_input_grad.alternative
def position_by_position(upstream, kernels, shape, kernel_height, kernel_width):
    blame, position = np.zeros(shape), 0
    for row in range(shape[1] - kernel_height + 1):
        for column in range(shape[2] - kernel_width + 1):
            for b in range(shape[0]):
                for n, delta in enumerate(upstream[b, position]):
                    kernel = kernels[:, n].reshape(kernel_height, kernel_width)
                    end = (row + kernel_height, column + kernel_width)
                    blame[b, row : end[0], column : end[1]] += float(delta) * kernel
            position += 1
    return blame


# --- shared_weight_count -----------------------------------------------------------------------

shared_weight_count = exercise(
    "shared_weight_count",
    inputs=KERNEL | {"n_kernels": Whole(1, 40)},
    cases=30,
    edges=[
        {"kernel_height": 3, "kernel_width": 3, "n_kernels": 16},
        {"kernel_height": 1, "kernel_width": 1, "n_kernels": 1},
        {"kernel_height": 2, "kernel_width": 5, "n_kernels": 7},
    ],
    hints=[
        "A kernel looks at a patch of 3 by 3 pixels. With how many weights? And when it looks at "
        "the next patch?",
        'The kernel is the same wherever it looks (chapter 10, "Reusing weights in multiple '
        'places"), so neither the size of the image nor the number of positions counts.',
        "One weight for each pixel of a kernel, kernel_height * kernel_width of them, and as many "
        "again for each further kernel.",
    ],
)


@shared_weight_count.law("is 1 for one kernel of one pixel")
def is_one_for_one_pixel(answer):
    expect(answer(1, 1, 1)).equals(1)


@shared_weight_count.law("is the number of pixels for a single kernel")
def counts_pixels(answer, kernel_height, kernel_width):
    pixels = sum(1 for _ in np.ndindex(kernel_height, kernel_width))
    expect(answer(kernel_height, kernel_width, 1)).equals(pixels)


@shared_weight_count.law("doubles with twice as many kernels")
def doubles_with_the_kernels(answer, kernel_height, kernel_width, n_kernels):
    once = np.asarray(answer(kernel_height, kernel_width, n_kernels))
    expect(answer(kernel_height, kernel_width, 2 * n_kernels)).equals(2 * once)


@shared_weight_count.misconception(
    "the weights of a single kernel", "Every kernel has weights of its own: times n_kernels."
)
def one_kernel_only(kernel_height, kernel_width, n_kernels):
    return kernel_height * kernel_width


@shared_weight_count.misconception(
    "one weight more for each kernel", "The book's kernels have no bias: only the pixels count."
)
def counts_bias(kernel_height, kernel_width, n_kernels):
    return (kernel_height * kernel_width + 1) * n_kernels


@shared_weight_count.misconception(
    "a count for square kernels", "A kernel need not be square: height times width."
)
def square_only(kernel_height, kernel_width, n_kernels):
    return kernel_height**2 * n_kernels


@shared_weight_count.misconception(
    "the sides added up", "A patch of 2 by 5 has 10 pixels: multiply the sides."
)
def sides_added(kernel_height, kernel_width, n_kernels):
    return (kernel_height + kernel_width) * n_kernels


@shared_weight_count.alternative
def size_of_the_matrix(kernel_height, kernel_width, n_kernels):
    return np.zeros((kernel_height * kernel_width, n_kernels)).size


@shared_weight_count.alternative
def counted(kernel_height, kernel_width, n_kernels):
    return len(range(n_kernels)) * sum(kernel_width for _ in range(kernel_height))


# --- dense_weight_count ------------------------------------------------------------------------

dense_weight_count = exercise(
    "dense_weight_count",
    inputs={"height": Whole(1, 30), "width": Whole(1, 30), "units": Whole(1, 40)},
    cases=30,
    edges=[
        {"height": 28, "width": 28, "units": 40},
        {"height": 1, "width": 1, "units": 1},
        {"height": 2, "width": 5, "units": 7},
    ],
    hints=[
        "One unit looks at an image of 28 by 28 pixels at once. How many weights does it need?",
        "In an ordinary layer every unit is connected with every pixel, and no two connections "
        'share a weight (chapter 10, "Reusing weights in multiple places").',
        "The matrix between the pixels and the units is (height * width, units). How many numbers "
        "does it hold?",
    ],
)


@dense_weight_count.law("is the number of pixels for a single unit")
def counts_pixels(answer, height, width):
    expect(answer(height, width, 1)).equals(sum(width for _ in range(height)))


@dense_weight_count.law("doubles with an image twice as high")
def doubles_with_the_image(answer, height, width, units):
    once = np.asarray(answer(height, width, units))
    expect(answer(2 * height, width, units)).equals(2 * once)


@dense_weight_count.law("grows by one weight a pixel with one more unit")
def grows_with_the_units(answer, height, width, units):
    more = np.asarray(answer(height, width, units + 1)) - np.asarray(answer(height, width, units))
    expect(more, "what one more unit adds").equals(height * width)


@dense_weight_count.misconception(
    "the pixels and the units added up",
    "Every unit is connected with every pixel: the weights are as many as there are such pairs.",
)
def added_up(height, width, units):
    return height * width + units


@dense_weight_count.misconception(
    "a count for square images", "An image need not be square: height times width pixels."
)
def square_only(height, width, units):
    return height**2 * units


@dense_weight_count.misconception(
    "one weight more for each unit", "The book's layers have no bias: only the pixels count."
)
def counts_bias(height, width, units):
    return (height * width + 1) * units


@dense_weight_count.misconception(
    "the weights of a single unit", "Every unit has weights of its own: times units."
)
def one_unit_only(height, width, units):
    return height * width


@dense_weight_count.alternative
def size_of_the_matrix(height, width, units):
    return int(np.prod([height, width, units]))


@dense_weight_count.alternative
def counted(height, width, units):
    return sum(width * units for _ in range(height))


# --- detect_edge -------------------------------------------------------------------------------

KINDS = ("vertical", "horizontal")
DETECTABLE = ((3, 3), (3, 5), (4, 3), (5, 4), (4, 6), (3, 4), (6, 5))


def cut_to(images, kind, size):
    return {"images": images[:, : size[0], : size[1]].copy(), "kind": kind}


def brighter_beyond(images, step):
    """Images as large as these, with a step of brightness in the middle, along their rows."""
    stepped = np.zeros(images.shape)
    stepped[:, :, images.shape[2] // 2 :] = step
    return stepped


detect_edge = exercise(
    "detect_edge",
    inputs={"images": Array(("batch", 6, 6)), "kind": Choice(KINDS), "size": Choice(DETECTABLE)},
    arrange=cut_to,
    edges=[
        {"images": [[[0.0, 0.0, 5.0, 5.0]] * 3], "kind": "vertical"},
        {"images": [[[0.0, 0.0, 5.0, 5.0]] * 3], "kind": "horizontal"},
        {"images": [[[0.0] * 3, [0.0] * 3, [2.0] * 3, [2.0] * 3]], "kind": "horizontal"},
        {
            "images": [[[0.1, 0.7, -0.3], [1.234567891, 0.2, 0.9], [0.6, 0.3, 1.1]]],
            "kind": "vertical",
        },
    ],
    hints=[
        "A kernel is laid on a patch that is the same all over. Which numbers in the kernel make "
        "its weighted sum 0?",
        "A vertical edge is where the left and the right of a patch differ: weigh the one with -1 "
        'and the other with 1 (chapter 10, "The convolutional layer"). For a horizontal edge, '
        "turn the kernel on its side.",
        "Write the kernel as (3, 3), then as one column, (9, 1): `conv_forward` gives "
        "(batch, positions, 1). Its positions go row by row, so a reshape makes a map of them.",
    ],
)


@detect_edge.law("is 0 everywhere on an image that is the same all over")
def silent_without_edges(answer, images, kind):
    flat = np.full(images.shape, 3.0)
    batch, height, width = images.shape
    expect(answer(flat, kind)).equals(np.zeros((batch, height - 2, width - 2)))


@detect_edge.law("says nothing about the other kind of edge")
def silent_on_the_other_kind(answer, images):
    stepped = brighter_beyond(images, 4)
    batch, height, width = images.shape
    expect(answer(stepped, "horizontal")).equals(np.zeros((batch, height - 2, width - 2)))


@detect_edge.law("answers with three times the step where the image gets brighter")
def answers_at_the_edge(answer, images):
    stepped, middle = brighter_beyond(images, 4), images.shape[2] // 2
    map_of_edges = np.asarray(answer(stepped, "vertical"))
    expect(map_of_edges[:, :, max(middle - 2, 0)], "the map at the edge").equals(
        np.full(map_of_edges.shape[:2], 12.0)
    )


@detect_edge.law("is turned round when bright and dark are")
def turns_round(answer, images, kind):
    expect(answer(-images, kind)).equals(-np.asarray(answer(images, kind)))


@detect_edge.law("finds in an image laid on its side the edges of the other kind")
def laid_on_its_side(answer, images, kind):
    other = KINDS[1 - KINDS.index(kind)]
    turned = np.asarray(answer(images.transpose(0, 2, 1).copy(), other))
    expect(turned.transpose(0, 2, 1), "the map, turned back").equals(
        np.asarray(answer(images, kind))
    )


@detect_edge.law("refuses a kind of edge that it does not know")
def refuses_other_kinds(answer, images):
    for unknown in ("diagonal", "horizontal edges", ""):
        expect(answer(images, unknown), unknown).raises(ValueError)


def edges_with(kernel, images, kind):
    kernel = np.array(kernel, dtype=float) if kind == "vertical" else np.array(kernel).T
    maps = patches_of(images, 3, 3).dot(kernel.ravel())
    return maps.reshape(len(images), images.shape[1] - 2, images.shape[2] - 2)


@detect_edge.misconception(
    "horizontal edges for vertical ones and the other way round",
    "A vertical edge stands upright: left and right of it the image differs, so the columns of the "
    "kernel are -1, 0 and 1.",
)
def kinds_swapped(images, kind):
    return edges_with(np.array([[-1, 0, 1]] * 3).T, images, kind)


@detect_edge.misconception(
    "the kernel turned round",
    "The kernel is laid on as it stands: -1 on the dark side, 1 on the bright side. From dark to "
    "bright is positive.",
)
def kernel_flip(images, kind):
    return edges_with([[1, 0, -1]] * 3, images, kind)


@detect_edge.misconception(
    "the size of the edge without its sign",
    "From bright to dark is an edge too, but it is told by a negative number: no abs().",
)
def absolute_value(images, kind):
    return abs(edges_with([[-1, 0, 1]] * 3, images, kind))


@detect_edge.misconception(
    "the outputs in one row instead of a map",
    "Give the positions the shape of the image again: (batch, height - 2, width - 2).",
)
def shape_collapsed(images, kind):
    return edges_with([[-1, 0, 1]] * 3, images, kind).reshape(len(images), -1)


@detect_edge.misconception(
    "a kernel that weighs the middle row twice",
    "That is Sobel's kernel, a good one too. Here all three rows of the kernel are the same.",
)
def sobel(images, kind):
    return edges_with([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], images, kind)


@detect_edge.alternative
def differences_added_up(images, kind):
    if kind == "vertical":
        steps = images[:, :, 2:] - images[:, :, :-2]
        return steps[:, :-2] + steps[:, 1:-1] + steps[:, 2:]
    if kind == "horizontal":
        steps = images[:, 2:] - images[:, :-2]
        return steps[:, :, :-2] + steps[:, :, 1:-1] + steps[:, :, 2:]
    raise ValueError(kind)


@detect_edge.alternative
def in_plain_loops(images, kind):
    if kind not in KINDS:
        raise ValueError("no such edge")
    maps = []
    for image in images:
        bright = (image if kind == "vertical" else image.T).tolist()
        rows, columns = len(bright) - 2, len(bright[0]) - 2
        seen = [
            [sum(bright[r + i][c + 2] - bright[r + i][c] for i in range(3)) for c in range(columns)]
            for r in range(rows)
        ]
        maps.append(np.array(seen) if kind == "vertical" else np.array(seen).T)
    return np.array(maps)


# --- pool --------------------------------------------------------------------------------------

WAYS = ("max", "mean", "sum")
MAPS = Array(("batch", "positions", "n_kernels"))

pool = exercise(
    "pool",
    inputs={"maps": MAPS, "how": Choice(WAYS)},
    edges=[
        {"maps": [[[1.0, 5.0], [3.0, -2.0], [2.0, 0.0]]], "how": "sum"},
        {"maps": [[[1.0, 5.0], [3.0, -2.0], [2.0, 0.0]]], "how": "mean"},
        {"maps": [[[-1.0, -5.0], [-3.0, -2.0], [-2.0, -4.0]]], "how": "max"},
        {"maps": [[[0.1, 0.7], [1.234567891, -0.3]]], "how": "max"},
        {"maps": [[[0.1, 0.7], [1.234567891, -0.3]]], "how": "mean"},
        {"maps": [[[4.0]], [[-1.0]]], "how": "mean"},
    ],
    hints=[
        "A kernel has answered 1, 3 and 2 at three positions. What is left of its map when only "
        "the largest answer counts?",
        'Pooling asks what each kernel saw, no matter where (chapter 10, "The convolutional '
        'layer"): the positions go, the kernels stay.',
        "(batch, positions, n_kernels) becomes (batch, n_kernels). Which axis is that? NumPy's "
        "sum, mean and max take it as `axis`.",
    ],
)


@pool.law("has one number for each image and kernel")
def has_a_number_for_each(answer, maps, how):
    expect(answer(maps, how)).has_shape(len(maps), maps.shape[2])


@pool.law("does not depend on where something was seen")
def place_does_not_matter(answer, maps, how):
    expect(answer(maps[:, ::-1].copy(), how)).equals(np.asarray(answer(maps, how)))


@pool.law("with sum doubles, else stays the same, when every position is there twice")
def positions_twice(answer, maps, how):
    factor = 2 if how == "sum" else 1
    expect(answer(np.concatenate([maps, maps], axis=1), how)).equals(
        factor * np.asarray(answer(maps, how))
    )


@pool.law("is what it was where there is only one position")
def one_position(answer, maps, how):
    expect(answer(maps[:, :1].copy(), how)).equals(maps[:, 0])


@pool.law("with max is at least the mean, and the mean is the sum shared equally")
def ways_agree(answer, maps):
    total, mean, most = (np.asarray(answer(maps, how)) for how in ("sum", "mean", "max"))
    expect(mean * maps.shape[1], "the mean times the positions").equals(total)
    expect(bool((most >= mean - 1e-4).all())).is_true("max gives less than mean")


@pool.law("refuses a way of pooling that it does not know")
def refuses_other_ways(answer, maps):
    for unknown in ("median", "total", ""):
        expect(answer(maps, unknown), unknown).raises(ValueError)


POOLS = {"sum": np.sum, "mean": np.mean, "max": np.max}


@pool.misconception(
    "pooled over the kernels",
    "The kernels stay apart, the positions go: axis 1 of (batch, positions, n_kernels).",
)
def wrong_axis(maps, how):
    return POOLS[how](maps, axis=2)


@pool.misconception(
    "pooled over the images", "Every image keeps numbers of its own: pool over axis 1, not axis 0."
)
def over_the_batch(maps, how):
    return POOLS[how](maps, axis=0)


@pool.misconception(
    "an axis of length 1 is left where the positions were",
    "The result has two axes, (batch, n_kernels): no keepdims here.",
)
def axis_kept(maps, how):
    return POOLS[how](maps, axis=1, keepdims=True)


@pool.misconception(
    "the sum where the mean is asked for", "The mean is the sum divided by the number of positions."
)
def mean_not_divided(maps, how):
    return np.max(maps, axis=1) if how == "max" else np.sum(maps, axis=1)


@pool.misconception(
    "the largest size instead of the largest number",
    "A strong negative answer is a small number: max takes the largest as it stands, without abs().",
)
def largest_size(maps, how):
    return abs(maps).max(axis=1) if how == "max" else POOLS[how](maps, axis=1)


@pool.misconception(
    "0 where every answer is negative",
    "The largest of -3 and -1 is -1: begin with the first number, not with 0.",
)
def max_begins_at_zero(maps, how):
    return np.maximum(maps.max(axis=1), 0) if how == "max" else POOLS[how](maps, axis=1)


@pool.alternative
def kernel_by_kernel(maps, how):
    if how not in WAYS:
        raise ValueError(how)
    pooled = []
    for image in maps:
        columns = [[float(number) for number in column] for column in image.T]
        if how == "max":
            pooled.append([max(column) for column in columns])
        else:
            shares = len(image) if how == "mean" else 1
            pooled.append([sum(column) / shares for column in columns])
    return pooled


@pool.alternative
def by_name(maps, how):
    ways = {
        "sum": lambda maps: np.einsum("bpn->bn", maps),
        "mean": lambda maps: np.einsum("bpn->bn", maps) / maps.shape[1],
        "max": lambda maps: np.sort(maps, axis=1)[:, -1],
    }
    if how not in ways:
        raise ValueError(f"unknown: {how}")
    return ways[how](maps)


# --- pool_backward -----------------------------------------------------------------------------

pool_backward = exercise(
    "pool_backward",
    inputs={"upstream": Array(("batch", "n_kernels")), "maps": MAPS, "how": Choice(WAYS)},
    edges=[
        {"upstream": [[6.0]], "maps": [[[1.0], [3.0], [3.0]]], "how": "max"},
        {"upstream": [[6.0]], "maps": [[[1.0], [3.0], [2.0]]], "how": "mean"},
        {"upstream": [[6.0]], "maps": [[[1.0], [3.0], [2.0]]], "how": "sum"},
        {
            "upstream": [[0.1, -0.7], [1.234567891, 0.3]],
            "maps": [[[-1.0, 2.0], [-3.0, 5.0]], [[-2.0, 0.0], [-1.0, 0.0]]],
            "how": "max",
        },
        {"upstream": [[2.0, 3.0]], "maps": [[[0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]], "how": "max"},
        {"upstream": [[0.1, -0.7]], "maps": [[[1.0, 2.0], [3.0, 4.0], [0.0, 1.0]]], "how": "mean"},
    ],
    hints=[
        "Of 1, 3 and 2 the largest went through. If the 1 had been a little larger, what would "
        "have come out?",
        'Ask of each position how much of its number was in what came out (chapter 10, "The '
        'convolutional layer"): with sum all of it, with mean its share, with max either all or '
        "nothing.",
        "upstream (batch, n_kernels) needs an axis for the positions: upstream[:, None]. For max, "
        "maps.argmax(axis=1) says which position won, (batch, n_kernels), the first where there is "
        "a tie.",
    ],
)


@pool_backward.law("has the shape of the maps")
def has_the_shape_of_the_maps(answer, upstream, maps, how):
    expect(answer(upstream, maps, how)).has_shape(*maps.shape)


@pool_backward.law("with max and mean hands on the delta, no more and no less")
def hands_on_the_delta(answer, upstream, maps):
    for how in ("max", "mean"):
        blame = np.asarray(answer(upstream, maps, how))
        expect(blame.sum(axis=1), f"the deltas of all positions, with {how},").equals(upstream)


@pool_backward.law("with sum gives every position the whole delta")
def sum_reaches_all(answer, upstream, maps):
    blame = np.asarray(answer(upstream, maps, "sum"))
    for position in range(maps.shape[1]):
        expect(blame[:, position], f"position {position}").equals(upstream)


@pool_backward.law("with max gives the delta to the first position where several are the largest")
def first_of_a_tie(answer, upstream, maps):
    expected = np.zeros(maps.shape)
    expected[:, 0] = upstream
    expect(answer(upstream, np.full(maps.shape, -2.0), "max")).equals(expected)


@pool_backward.law("says how steeply the loss climbs as a number of the maps grows", most=6)
def is_the_slope(answer, upstream, maps, how):
    expect_slopes(
        lambda maps: np.sum(upstream * POOLS[how](maps, axis=1)),
        at={"maps": maps},
        claimed=lambda maps: answer(upstream, maps, how),
        batch=len(maps),
    )


@pool_backward.law("refuses a way of pooling that it does not know")
def refuses_other_ways(answer, upstream, maps):
    for unknown in ("median", "total", ""):
        expect(answer(upstream, maps, unknown), unknown).raises(ValueError)


def blame_with(upstream, maps, how, of_max):
    """The right answer for sum and mean, and for max the shares that `of_max` gives."""
    shares = {"sum": 1.0, "mean": 1 / maps.shape[1]}
    return upstream[:, None] * (of_max(maps) if how == "max" else np.full(maps.shape, shares[how]))


def only_the_first(maps):
    return np.arange(maps.shape[1])[:, None] == maps.argmax(axis=1)[:, None]


def ties(maps):
    return maps == maps.max(axis=1, keepdims=True)


@pool_backward.misconception(
    "the whole delta for every one of several largest numbers",
    "maps == maps.max(...) is true in several places where there is a tie, and the delta is handed "
    "on more than once. argmax picks one, the first.",
)
def max_pool_grad_to_all_ties(upstream, maps, how):
    return blame_with(upstream, maps, how, ties)


@pool_backward.misconception(
    "the delta at every position, though only the largest went through",
    "With max only the largest number decided what came out: all other positions get 0.",
)
def max_pool_grad_to_all_cells(upstream, maps, how):
    return blame_with(upstream, maps, how, np.ones_like)


@pool_backward.misconception(
    "the delta shared between several largest numbers",
    "That would be fair. The rule here is simpler: where there is a tie, the first gets all.",
)
def ties_share(upstream, maps, how):
    return blame_with(
        upstream, maps, how, lambda maps: ties(maps) / ties(maps).sum(axis=1, keepdims=True)
    )


@pool_backward.misconception(
    "the whole delta for every position of a mean",
    "Each number makes up only a part of the mean: divide the delta by the number of positions.",
)
def mean_not_divided(upstream, maps, how):
    return blame_with(upstream, maps, "sum" if how == "mean" else how, only_the_first)


@pool_backward.misconception(
    "the shares of a mean counted by the kernels",
    "The mean was taken over the positions, maps.shape[1] of them.",
)
def divided_by_kernels(upstream, maps, how):
    if how == "mean":
        return np.ones(maps.shape) * upstream[:, None] / maps.shape[2]
    return blame_with(upstream, maps, how, only_the_first)


@pool_backward.misconception(
    "the largest number itself times the delta",
    "One more at that position is one more of what comes out, however large it was: its share is 1.",
)
def multiplied_by_the_maps(upstream, maps, how):
    return blame_with(upstream, maps, how, lambda maps: only_the_first(maps) * maps)


@pool_backward.misconception(
    "the last of several largest numbers",
    "Where there is a tie, the first position gets the delta, as with argmax.",
)
def last_of_a_tie(upstream, maps, how):
    return blame_with(upstream, maps, how, lambda maps: only_the_first(maps[:, ::-1])[:, ::-1])


@pool_backward.alternative
def put_in_place(upstream, maps, how):
    blame = np.zeros(maps.shape)
    if how == "max":
        winners = np.argmax(maps, axis=1)[:, None, :]
        np.put_along_axis(blame, winners, upstream[:, None, :], axis=1)
    elif how == "mean":
        blame += upstream[:, None, :] / maps.shape[1]
    elif how == "sum":
        blame += upstream[:, None, :]
    else:
        raise ValueError(how)
    return blame


@pool_backward.alternative
def number_by_number(upstream, maps, how):
    if how not in WAYS:
        raise ValueError(how)
    batch, positions, n_kernels = maps.shape
    blame = [[[0.0] * n_kernels for _ in range(positions)] for _ in range(batch)]
    for b in range(batch):
        for n in range(n_kernels):
            seen, delta = maps[b, :, n].tolist(), float(upstream[b, n])
            for p in range(positions):
                if how == "sum":
                    blame[b][p][n] = delta
                elif how == "mean":
                    blame[b][p][n] = delta / positions
                elif p == seen.index(max(seen)):
                    blame[b][p][n] = delta
    return blame


# --- cnn_forward -------------------------------------------------------------------------------


def softmax_of(logits):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def upper_half(patches, kernels, weights_1_2):
    """The hidden layer and the probabilities, from the patches on."""
    hidden = np.tanh(patches.dot(kernels)).reshape(len(patches), -1)
    return hidden, softmax_of(hidden.dot(weights_1_2))


def mean_cross_entropy(patches, labels, kernels, weights_1_2):
    hidden = np.tanh(patches.dot(kernels)).reshape(len(patches), -1)
    logits = hidden.dot(weights_1_2)
    logits = logits - logits.max(axis=1, keepdims=True)
    right = logits[np.arange(len(labels)), labels]
    return np.mean(np.log(np.exp(logits).sum(axis=1)) - right)


def network(
    images, kernels, weights_1_2, n_kernels, n_classes, kernel_height, kernel_width, **rest
):
    kernel_height, kernel_width = fitted(*images.shape[1:], kernel_height, kernel_width)
    positions = len(positions_of(images, kernel_height, kernel_width))
    made = {
        "images": images,
        "kernels": np.resize(kernels, (kernel_height * kernel_width, n_kernels)),
        "weights_1_2": np.resize(weights_1_2, (positions * n_kernels, n_classes)),
        "kernel_height": kernel_height,
        "kernel_width": kernel_width,
    }
    if "labels" in rest:
        made["labels"] = rest.pop("labels") % n_classes
    return made | rest


def in_order(made, *names):
    return {name: made[name] for name in names}


NETWORK = {
    "images": Array(("batch", "height", "width"), SMALL),
    "kernels": Array((23,), GENTLE),
    "weights_1_2": Array((41,), GENTLE),
    "n_kernels": Size("n_kernels"),
    "n_classes": Size("n_classes"),
    "kernel_height": Whole(1, 3),
    "kernel_width": Whole(1, 3),
}
LABELS = {"labels": Array(("batch",), (0, 1, 2, 3, 4), whole=True)}

# Two images of 2 by 3, a kernel of 1 by 2 and one of its kind, three classes.
SMALL_NETWORK = {
    "images": [[[1.0, 0.5, -1.0], [0.0, 2.0, 0.25]], [[-0.5, 1.0, 1.5], [0.5, -1.0, 0.0]]],
    "kernels": [[1.0, -0.5], [0.25, 0.5]],
    "weights_1_2": [
        [0.5, -0.5, 0.25],
        [0.25, 1.0, -0.5],
        [-1.0, 0.5, 0.0],
        [0.125, 0.25, 0.75],
        [0.5, 0.0, -0.25],
        [-0.25, -0.5, 1.0],
        [1.0, 0.25, 0.5],
        [0.0, -0.125, 0.5],
    ],
    "kernel_height": 1,
    "kernel_width": 2,
}
DECIMAL_NETWORK = {
    "images": [[[0.1], [0.7], [1.234567891]]],
    "kernels": [[0.3], [-0.9]],
    "weights_1_2": [[0.6, 0.2], [-0.7, 0.1]],
    "kernel_height": 2,
    "kernel_width": 1,
}

cnn_forward = exercise(
    "cnn_forward",
    inputs=NETWORK,
    arrange=network,
    edges=[
        SMALL_NETWORK,
        DECIMAL_NETWORK,
        {
            "images": [[[1.0]]],
            "kernels": [[0.5]],
            "weights_1_2": [[1.0, -1.0]],
            "kernel_height": 1,
            "kernel_width": 1,
        },
        {
            "images": [[[30.0, -30.0]]],
            "kernels": [[1.0]],
            "weights_1_2": [[1000.0, 0.0], [0.0, 1000.0]],
            "kernel_height": 1,
            "kernel_width": 1,
        },
    ],
    hints=[
        "A convolutional layer gives one number for each position and kernel. The layer above wants "
        "one row an image. What has to happen in between?",
        'Patches, weighted sums, tanh, one row an image, weighted sums, softmax (chapter 10, "A '
        'simple implementation in NumPy"). Chapter 9 has given you tanh and softmax.',
        "patches (batch, positions, pixels) . kernels (pixels, n_kernels), through tanh, reshaped "
        "to (batch, positions * n_kernels); times weights_1_2 it is (batch, n_classes). Return "
        "patches, hidden, probabilities.",
    ],
)


@cnn_forward.law("hands on the patches of the images")
def hands_on_the_patches(answer, images, kernels, weights_1_2, kernel_height, kernel_width):
    patches, _, _ = answer(images, kernels, weights_1_2, kernel_height, kernel_width)
    expect(patches, "the patches").equals(patches_of(images, kernel_height, kernel_width))


@cnn_forward.law("keeps the hidden layer between -1 and 1")
def hidden_is_bounded(answer, images, kernels, weights_1_2, kernel_height, kernel_width):
    _, hidden, _ = answer(images, kernels, weights_1_2, kernel_height, kernel_width)
    expect(hidden, "the hidden layer").is_at_least(-1 - 1e-6)
    expect(hidden, "the hidden layer").is_at_most(1 + 1e-6)


@cnn_forward.law("lists the hidden layer position after position")
def position_after_position(answer, images, kernels, weights_1_2, kernel_height, kernel_width):
    _, hidden, _ = answer(images, kernels, weights_1_2, kernel_height, kernel_width)
    maps = np.tanh(patches_of(images, kernel_height, kernel_width).dot(kernels))
    expect(hidden, "the hidden layer").equals(maps.reshape(len(images), -1))


@cnn_forward.law("gives probabilities that add up to 1 for each image")
def probabilities_add_up(answer, images, kernels, weights_1_2, kernel_height, kernel_width):
    _, _, probabilities = answer(images, kernels, weights_1_2, kernel_height, kernel_width)
    expect(np.asarray(probabilities).sum(axis=1), "the sums").equals(np.ones(len(images)))


@cnn_forward.law("finds every class equally likely when the upper weights are all 0")
def knows_nothing_without_weights(
    answer, images, kernels, weights_1_2, kernel_height, kernel_width
):
    _, _, probabilities = answer(images, kernels, 0 * weights_1_2, kernel_height, kernel_width)
    n_classes = weights_1_2.shape[1]
    expect(probabilities, "the probabilities").equals(
        np.full((len(images), n_classes), 1 / n_classes)
    )


@cnn_forward.law("treats every image on its own")
def images_are_independent(answer, images, kernels, weights_1_2, kernel_height, kernel_width):
    rest = (kernels, weights_1_2, kernel_height, kernel_width)
    turned, straight = answer(images[::-1].copy(), *rest), answer(images, *rest)
    for name, one, other in zip(("patches", "hidden layers", "probabilities"), turned, straight):
        expect(one, f"the {name} of the images turned round").equals(np.asarray(other)[::-1])


def forward_with(
    images,
    kernels,
    weights_1_2,
    kernel_height,
    kernel_width,
    bend=np.tanh,
    row=lambda maps: maps.reshape(len(maps), -1),
    top=softmax_of,
):
    patches = patches_of(images, kernel_height, kernel_width)
    hidden = row(bend(patches.dot(kernels)))
    return patches, hidden, top(hidden.dot(weights_1_2))


def itself(x):
    return x


@cnn_forward.misconception(
    "no tanh in the middle",
    "Without tanh the two layers could do no more than one: put the weighted sums through it.",
)
def forgot_tanh(*args):
    return forward_with(*args, bend=itself)


@cnn_forward.misconception(
    "relu in the middle", "This chapter's network bends its hidden layer with tanh."
)
def relu_instead(*args):
    return forward_with(*args, bend=lambda x: np.maximum(x, 0))


@cnn_forward.misconception(
    "the hidden layer listed kernel after kernel",
    "A plain reshape of (batch, positions, n_kernels) lists all kernels of the first position, "
    "then all of the second. Forward and backward must agree on the order.",
)
def patch_order_mismatch(*args):
    return forward_with(*args, row=lambda maps: maps.transpose(0, 2, 1).reshape(len(maps), -1))


@cnn_forward.misconception(
    "softmax down the batch",
    "Each image has probabilities of its own: every row adds up to 1, not every column.",
)
def softmax_wrong_axis(*args):
    return forward_with(*args, top=lambda logits: softmax_of(logits.T).T)


@cnn_forward.misconception(
    "softmax over the whole batch at once",
    "Each image has probabilities of its own: add the powers up row by row (axis 1).",
)
def softmax_over_whole_array(*args):
    return forward_with(
        *args, top=lambda logits: softmax_of(logits.reshape(1, -1)).reshape(logits.shape)
    )


@cnn_forward.misconception(
    "no softmax at the end", "The last layer's sums become probabilities by softmax."
)
def forgot_softmax(*args):
    return forward_with(*args, top=itself)


@cnn_forward.misconception(
    "only the probabilities",
    "Learning needs the patches and the hidden layer as well: return all three.",
)
def only_the_probabilities(*args):
    return forward_with(*args)[2]


@cnn_forward.alternative
def image_by_image(images, kernels, weights_1_2, kernel_height, kernel_width):
    all_patches, hidden, probabilities = [], [], []
    for image in images:
        patches = [
            image[r : r + kernel_height, c : c + kernel_width].ravel().astype(float)
            for r in range(image.shape[0] - kernel_height + 1)
            for c in range(image.shape[1] - kernel_width + 1)
        ]
        units = [np.tanh(np.sum(patch * kernel)) for patch in patches for kernel in kernels.T]
        logits = np.array([np.sum(units * column) for column in weights_1_2.T])
        powers = np.exp(logits - max(logits))
        all_patches.append(patches)
        hidden.append(units)
        probabilities.append(powers / sum(powers))
    return [np.array(all_patches), np.array(hidden), np.array(probabilities)]


@cnn_forward.alternative
def with_einsum(images, kernels, weights_1_2, kernel_height, kernel_width):
    shape = (kernel_height, kernel_width)
    windows = np.lib.stride_tricks.sliding_window_view(images, shape, axis=(1, 2))
    patches = windows.reshape(len(images), -1, len(kernels))
    maps = 1 - 2 / (np.exp(2 * np.einsum("bpk,kn->bpn", patches, kernels)) + 1)
    upper = weights_1_2.reshape(patches.shape[1], kernels.shape[1], -1)
    logits = np.einsum("bpn,pnc->bc", maps, upper)
    powers = np.exp(logits - np.max(logits, axis=1)[:, None])
    return patches, maps.reshape(len(images), -1), powers / np.sum(powers, axis=1)[:, None]


# --- cnn_backward ------------------------------------------------------------------------------


def seen_forward(**drawn):
    made = network(**drawn)
    patches = patches_of(made["images"], made["kernel_height"], made["kernel_width"])
    hidden, probabilities = upper_half(patches, made["kernels"], made["weights_1_2"])
    return {
        "patches": patches,
        "hidden": hidden,
        "probabilities": probabilities,
        "labels": made["labels"],
        "weights_1_2": made["weights_1_2"],
    }


cnn_backward = exercise(
    "cnn_backward",
    inputs=NETWORK
    | LABELS
    | {"patches": Array((1,)), "hidden": Array((1,)), "probabilities": Array((1,))},
    arrange=lambda patches, hidden, probabilities, **drawn: seen_forward(**drawn),
    edges=[
        {
            "patches": [[[1.0, 2.0]]],
            "hidden": [[0.5]],
            "probabilities": [[0.25, 0.75]],
            "labels": [1],
            "weights_1_2": [[1.0, 3.0]],
        },
        {
            "patches": [[[1.0, 2.0], [0.5, -1.0]], [[-1.0, 0.25], [2.0, 1.0]]],
            "hidden": [[0.5, -0.25, 0.0, 0.75], [-0.5, 0.25, 0.125, -0.75]],
            "probabilities": [[0.25, 0.5, 0.25], [0.125, 0.25, 0.625]],
            "labels": [2, 0],
            "weights_1_2": [[1.0, 0.5, -1.0], [0.25, 2.0, 0.0], [-0.5, 1.5, 1.0], [2.0, -1.0, 0.5]],
        },
        {
            "patches": [[[0.1, 0.7, 1.234567891]]],
            "hidden": [[0.3, -0.9]],
            "probabilities": [[0.3, 0.7]],
            "labels": [0],
            "weights_1_2": [[0.6, 0.2], [-0.7, 0.1]],
        },
    ],
    hints=[
        "The hidden layer was written out in one row an image. In which shape do the kernels need "
        "their deltas?",
        "From the top: the output's delta, back along weights_1_2, times the slope of tanh. Then "
        'give it the shape it had below (chapter 10, "A simple implementation in NumPy"). '
        "`output_delta` has divided by the batch: nothing else must.",
        "(batch, n_classes) . (n_classes, positions * n_kernels), times tanh_deriv(hidden), "
        "reshaped to (batch, positions, n_kernels) for `conv_kernel_grad`. The upper slope is "
        "hidden^T . delta. Return the kernels' slope first.",
    ],
)


def kernels_like(patches, hidden):
    """Some kernels that a hidden layer of this size could have come from."""
    n_kernels = hidden.shape[1] // patches.shape[1]
    return 0.25 * upstream_like(np.ones((patches.shape[2], n_kernels)))


@cnn_backward.law("has the shapes of the kernels and of the weights")
def is_shaped_like_the_weights(answer, patches, hidden, probabilities, labels, weights_1_2):
    kernel_slope, slope_1_2 = answer(patches, hidden, probabilities, labels, weights_1_2)
    n_kernels = hidden.shape[1] // patches.shape[1]
    expect(kernel_slope, "the first one").has_shape(patches.shape[2], n_kernels)
    expect(slope_1_2, "the second one").has_shape(*weights_1_2.shape)


@cnn_backward.law("is 0 when every right class has the probability 1")
def rests_when_perfect(answer, patches, hidden, probabilities, labels, weights_1_2):
    perfect = np.zeros(probabilities.shape)
    perfect[np.arange(len(labels)), labels] = 1
    kernel_slope, slope_1_2 = answer(patches, hidden, perfect, labels, weights_1_2)
    n_kernels = hidden.shape[1] // patches.shape[1]
    expect(kernel_slope, "for the kernels").equals(np.zeros((patches.shape[2], n_kernels)))
    expect(slope_1_2, "for weights_1_2").equals(np.zeros(weights_1_2.shape))


@cnn_backward.law("stays the same when every image is there twice")
def doubling_the_images_changes_nothing(
    answer, patches, hidden, probabilities, labels, weights_1_2
):
    seen = (patches, hidden, probabilities, labels)
    twice = answer(*(np.concatenate([part, part]) for part in seen), weights_1_2)
    once = answer(*seen, weights_1_2)
    for name, two, one in zip(("the kernels", "weights_1_2"), twice, once):
        expect(two, f"for {name}").equals(np.asarray(one))


@cnn_backward.law("says how steeply the mean cross entropy climbs as a weight grows", most=4)
def is_the_slope_of_the_loss(answer, patches, hidden, labels, weights_1_2):
    expect_slopes(
        lambda kernels, weights_1_2: mean_cross_entropy(patches, labels, kernels, weights_1_2),
        at={"kernels": kernels_like(patches, hidden), "weights_1_2": weights_1_2},
        claimed=lambda kernels, weights_1_2: answer(
            patches, *upper_half(patches, kernels, weights_1_2), labels, weights_1_2
        ),
        batch=len(patches),
    )


def backward_with(
    patches,
    hidden,
    probabilities,
    labels,
    weights_1_2,
    delta_of=lambda probabilities, targets: (probabilities - targets) / len(targets),
    slope=lambda hidden: 1 - hidden**2,
    maps=lambda deltas, positions: deltas.reshape(len(deltas), positions, -1),
    kernel_factor=1.0,
):
    targets = np.zeros(probabilities.shape)
    targets[np.arange(len(labels)), labels] = 1
    delta = delta_of(probabilities, targets)
    deltas = delta.dot(weights_1_2.T) * slope(hidden)
    kernel_slope = kernel_slopes(patches, maps(deltas, patches.shape[1]))
    return kernel_factor * kernel_slope, hidden.T.dot(delta)


@cnn_backward.misconception(
    "the kernels' slope with its sign turned round",
    "The upper weights go downhill, but the kernels would climb. The book's listing does this: its "
    "delta is labels - prediction and the kernels are changed with -=, so they learn in the wrong "
    "direction.",
)
def kernel_sign_flipped(*args):
    return backward_with(*args, kernel_factor=-1.0)


@cnn_backward.misconception(
    "divided by the batch twice",
    "`output_delta` has taken the mean already. The book divides once more, so that its large "
    "learning rate of 2 acts like a small one.",
)
def divided_twice(*args):
    return backward_with(
        *args, delta_of=lambda probabilities, targets: (probabilities - targets) / len(targets) ** 2
    )


@cnn_backward.misconception(
    "the sum over the images instead of the mean",
    "The loss is the mean over the images: divide the delta by the batch, once.",
)
def sum_not_mean(*args):
    return backward_with(*args, delta_of=np.subtract)


@cnn_backward.misconception(
    "the slope of tanh is left out",
    "On the way back the delta passes tanh: multiply by tanh_deriv(hidden), which is 1 - hidden^2.",
)
def forgot_slope(*args):
    return backward_with(*args, slope=np.ones_like)


@cnn_backward.misconception(
    "the slope of relu",
    "The hidden layer was bent by tanh: its slope is 1 - hidden^2, and nothing is switched off.",
)
def relu_slope(*args):
    return backward_with(*args, slope=lambda hidden: hidden > 0)


@cnn_backward.misconception(
    "the slope of tanh taken at tanh of the hidden layer",
    "`hidden` is what tanh gave already: tanh_deriv takes it as it is.",
)
def tanh_twice(*args):
    return backward_with(*args, slope=lambda hidden: 1 - np.tanh(hidden) ** 2)


@cnn_backward.misconception(
    "the deltas read kernel after kernel",
    "The forward pass wrote the hidden layer out position after position. Read back in another "
    "order, each patch meets the delta of another one.",
)
def patch_order_mismatch(*args):
    return backward_with(
        *args,
        maps=lambda deltas, positions: deltas.reshape(len(deltas), -1, positions).transpose(
            0, 2, 1
        ),
    )


@cnn_backward.misconception(
    "both slopes with their signs turned round",
    "The delta is probabilities - targets: the loss climbs when a wrong class gets more.",
)
def sign_flipped(*args):
    return backward_with(
        *args, delta_of=lambda probabilities, targets: (targets - probabilities) / len(targets)
    )


@cnn_backward.misconception(
    "the slope of softmax once more",
    "With cross entropy on top, probabilities - targets is the whole delta: the slope of softmax is "
    "in it already.",
)
def delta_times_softmax_deriv_again(*args):
    return backward_with(
        *args, delta_of=lambda p, targets: (p - targets) * p * (1 - p) / len(targets)
    )


@cnn_backward.misconception(
    "the upper slope first",
    "Return them from below to above: the kernels' slope, then weights_1_2's.",
)
def returned_in_the_wrong_order(*args):
    return backward_with(*args)[::-1]


@cnn_backward.alternative
def image_by_image(patches, hidden, probabilities, labels, weights_1_2):
    batch, positions, pixels = patches.shape
    n_kernels = hidden.shape[1] // positions
    kernel_slope, slope_1_2 = np.zeros((pixels, n_kernels)), np.zeros(weights_1_2.shape)
    for image, units, chances, label in zip(patches, hidden, probabilities, labels):
        delta = np.array(chances, dtype=float)
        delta[label] -= 1
        slope_1_2 += np.outer(units, delta)
        blame = (weights_1_2 @ delta) * (1 - units) * (1 + units)
        for position in range(positions):
            part = blame[position * n_kernels : (position + 1) * n_kernels]
            kernel_slope += np.outer(image[position], part)
    return kernel_slope / batch, slope_1_2 / batch


@cnn_backward.alternative
def with_einsum(patches, hidden, probabilities, labels, weights_1_2):
    batch, positions, _ = patches.shape
    miss = probabilities - np.eye(probabilities.shape[1])[labels]
    maps = hidden.reshape(batch, positions, -1)
    upper = weights_1_2.reshape(positions, maps.shape[2], -1)
    bend = 1 - np.square(maps)
    return [
        np.einsum("bpk,bc,pnc,bpn->kn", patches, miss / batch, upper, bend),
        np.einsum("bh,bc->hc", hidden, miss) / batch,
    ]


# --- cnn_step ----------------------------------------------------------------------------------

STEP = (
    "images",
    "labels",
    "kernels",
    "weights_1_2",
    "kernel_height",
    "kernel_width",
    "learning_rate",
)

cnn_step = exercise(
    "cnn_step",
    inputs=NETWORK | LABELS | {"learning_rate": Number(RATES)},
    arrange=lambda **drawn: in_order(network(**drawn), *STEP),
    edges=[
        in_order(SMALL_NETWORK | {"labels": [2, 0], "learning_rate": 0.5}, *STEP),
        in_order(DECIMAL_NETWORK | {"labels": [1], "learning_rate": 0.1}, *STEP),
        {
            "images": [[[1.0, 2.0]]],
            "labels": [1],
            "kernels": [[0.25], [-0.5]],
            "weights_1_2": [[1.0, 3.0]],
            "kernel_height": 1,
            "kernel_width": 2,
            "learning_rate": 0.5,
        },
    ],
    hints=[
        "One of the two layers goes uphill and the other downhill. Would you notice it if you only "
        "saw that the loss gets smaller?",
        "Forward, then backward, then both layers against their slopes. Work out both slopes before "
        'you change anything (chapter 10, "A simple implementation in NumPy").',
        "`cnn_forward` returns what `cnn_backward` asks for. Then weights - learning_rate * slope, "
        "with the same minus for the kernels as for weights_1_2. Return the kernels first.",
    ],
)


@cnn_step.law("moves twice as far with twice the learning rate")
def scales_with_the_learning_rate(
    answer, images, labels, kernels, weights_1_2, kernel_height, kernel_width, learning_rate
):
    given = (images, labels, kernels, weights_1_2, kernel_height, kernel_width)
    near, far = answer(*given, learning_rate), answer(*given, 2 * learning_rate)
    for name, old, one, two in zip(("kernels", "weights_1_2"), given[2:4], near, far):
        expect(2 * np.asarray(one) - np.asarray(two), f"the old {name}").equals(old)


# The loss bends by at most 50,000 here: two classes' weights differ by 2 at the most, pixels are at
# most 2 and at most 20 positions add up, (2 * 2 * 20)^2 for each of 9 * 3 weights of kernels, a
# quarter of it by softmax. So a step with a rate of 2^-16 makes it larger in no case; 1e-7 is left
# for rounding to float32.
@cnn_step.law("makes the loss smaller, whichever of the two layers takes its step alone")
def both_layers_go_downhill(
    answer, images, labels, kernels, weights_1_2, kernel_height, kernel_width
):
    new_kernels, new_weights = answer(
        images, labels, kernels, weights_1_2, kernel_height, kernel_width, 2**-16
    )
    loss = partial(mean_cross_entropy, patches_of(images, kernel_height, kernel_width), labels)
    most = loss(kernels, weights_1_2) + 1e-7
    alone = loss(np.asarray(new_kernels), weights_1_2)
    expect(alone <= most, "a small step of the kernels alone").is_true("the loss grows")
    alone = loss(kernels, np.asarray(new_weights))
    expect(alone <= most, "a small step of weights_1_2 alone").is_true("the loss grows")


@cnn_step.law("moves both layers against the slope of the mean cross entropy", most=4)
def moves_against_the_slope(
    answer, images, labels, kernels, weights_1_2, kernel_height, kernel_width, learning_rate
):
    def claimed(kernels, weights_1_2):
        given = (images, labels, kernels, weights_1_2, kernel_height, kernel_width)
        new = answer(*given, learning_rate)
        return [(before - after) / learning_rate for before, after in zip(given[2:4], new)]

    patches = patches_of(images, kernel_height, kernel_width)
    expect_slopes(
        lambda kernels, weights_1_2: mean_cross_entropy(patches, labels, kernels, weights_1_2),
        at={"kernels": kernels, "weights_1_2": weights_1_2},
        claimed=claimed,
        batch=len(images),
    )


def step_with(
    images,
    labels,
    kernels,
    weights_1_2,
    kernel_height,
    kernel_width,
    learning_rate,
    backward=backward_with,
    forward=forward_with,
):
    seen = forward(images, kernels, weights_1_2, kernel_height, kernel_width)
    slopes = backward(*seen, labels, weights_1_2)
    return kernels - learning_rate * slopes[0], weights_1_2 - learning_rate * slopes[1]


@cnn_step.misconception(
    "the kernels move uphill",
    "Both layers take their slope off, with a minus. The book's listing has labels - prediction as "
    "its delta and still changes the kernels with -=: it makes them worse at every step.",
)
def kernel_sign_flipped(*args):
    return step_with(*args, backward=partial(backward_with, kernel_factor=-1.0))


@cnn_step.misconception(
    "both layers move uphill", "Go against the slope: weights - learning_rate * slope."
)
def sign_flipped(*args):
    return step_with(*args[:-1], -args[-1])


@cnn_step.misconception(
    "the learning rate is left out", "Multiply each slope by learning_rate before you take it off."
)
def missing_learning_rate(*args):
    return step_with(*args[:-1], 1.0)


@cnn_step.misconception(
    "the blame flows back along the new weights",
    "weights_1_2 was changed before the kernels' slope was worked out. Find both slopes first.",
)
def updated_before_delta(
    images, labels, kernels, weights_1_2, kernel_height, kernel_width, learning_rate
):
    given = (images, labels, kernels, weights_1_2, kernel_height, kernel_width, learning_rate)
    new_weights = step_with(*given)[1]
    seen = forward_with(images, kernels, weights_1_2, kernel_height, kernel_width)
    kernel_slope, _ = backward_with(*seen, labels, new_weights)
    return kernels - learning_rate * kernel_slope, new_weights


@cnn_step.misconception(
    "divided by the batch twice",
    "The mean is taken once, in `output_delta`. Do not divide the slopes again.",
)
def divided_twice(images, *args):
    return step_with(images, *args[:-1], args[-1] / len(images))


@cnn_step.misconception("only the upper layer learns", "The kernels have a slope too: change both.")
def only_the_upper_layer(images, labels, kernels, *args):
    return kernels, step_with(images, labels, kernels, *args)[1]


@cnn_step.misconception(
    "the weights that were passed in are changed",
    "`kernels -= ...` writes into the caller's array. Write `kernels - ...`, which makes a new one.",
)
def in_place_mutation(
    images, labels, kernels, weights_1_2, kernel_height, kernel_width, learning_rate
):
    seen = forward_with(images, kernels, weights_1_2, kernel_height, kernel_width)
    kernel_slope, slope_1_2 = backward_with(*seen, labels, weights_1_2)
    kernels -= learning_rate * kernel_slope
    weights_1_2 -= learning_rate * slope_1_2
    return kernels, weights_1_2


@cnn_step.alternative
def image_by_image(
    images, labels, kernels, weights_1_2, kernel_height, kernel_width, learning_rate
):
    new_kernels, new_weights = kernels.astype(float), weights_1_2.astype(float)
    rate = learning_rate / len(images)
    for image, label in zip(images, labels):
        patches = np.array(
            [
                image[r : r + kernel_height, c : c + kernel_width].ravel()
                for r in range(image.shape[0] - kernel_height + 1)
                for c in range(image.shape[1] - kernel_width + 1)
            ]
        )
        maps = np.tanh(patches @ kernels)
        logits = maps.ravel() @ weights_1_2
        pull = -np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
        pull[label] += 1
        back = (weights_1_2 @ pull).reshape(maps.shape) * (1 - maps * maps)
        new_kernels = new_kernels + rate * patches.T @ back
        new_weights = new_weights + rate * np.outer(maps, pull)
    return new_kernels, new_weights


@cnn_step.alternative
def with_einsum(images, labels, kernels, weights_1_2, kernel_height, kernel_width, learning_rate):
    windows = np.lib.stride_tricks.sliding_window_view(
        images, (kernel_height, kernel_width), axis=(1, 2)
    ).reshape(len(images), -1, kernel_height * kernel_width)
    maps = np.tanh(np.einsum("bpk,kn->bpn", windows, kernels))
    upper = weights_1_2.reshape(maps.shape[1], maps.shape[2], -1)
    logits = np.einsum("bpn,pnc->bc", maps, upper)
    powers = np.exp(logits - logits.max(axis=1)[:, None])
    miss = powers / powers.sum(axis=1)[:, None]
    miss[np.arange(len(labels)), labels] -= 1
    back = np.einsum("bc,pnc->bpn", miss, upper) * (1 - maps**2)
    rate = learning_rate / len(images)
    return [
        kernels - rate * np.einsum("bpk,bpn->kn", windows, back),
        (upper - rate * np.einsum("bpn,bc->pnc", maps, miss)).reshape(weights_1_2.shape),
    ]


# --- images_used -------------------------------------------------------------------------------

images_used = exercise(
    "images_used",
    inputs={"n": Whole(0, 40), "batch_size": Whole(1, 12)},
    edges=[
        {"n": 1000, "batch_size": 128},
        {"n": 5, "batch_size": 5},
        {"n": 4, "batch_size": 5},
        {"n": 0, "batch_size": 3},
        {"n": 7, "batch_size": 1},
    ],
    hints=[
        "Ten images in batches of four: how many batches are full, and how many images are in them?",
        'The book goes through full batches only (chapter 10, "A simple implementation in '
        'NumPy"): what is left at the end is never seen.',
        "How often does batch_size go into n, without a fraction? So many batches, of batch_size "
        "images each.",
    ],
)


@images_used.law("is a whole number of batches")
def is_a_multiple(answer, n, batch_size):
    expect(np.asarray(answer(n, batch_size)) % batch_size, "what is left over").equals(0)


@images_used.law("leaves fewer images out than fill a batch")
def leaves_few_out(answer, n, batch_size):
    left_out = n - np.asarray(answer(n, batch_size))
    expect(left_out, "the number of images left out").is_at_least(0)
    expect(left_out, "the number of images left out").is_at_most(batch_size - 1)


@images_used.law("is all of them in batches of one")
def batches_of_one(answer, n):
    expect(answer(n, 1)).equals(n)


@images_used.misconception(
    "the number of batches", "Count the images: each full batch holds batch_size of them."
)
def number_of_batches(n, batch_size):
    return n // batch_size


@images_used.misconception(
    "all images", "Images that do not fill a batch are left out: of 1,000 only 896 are seen."
)
def all_of_them(n, batch_size):
    return n


@images_used.misconception(
    "the images that are left out", "n % batch_size is what is left over. Take it off n."
)
def those_left_out(n, batch_size):
    return n % batch_size


@images_used.misconception(
    "a batch too many at the end", "A batch that is not full does not count: round down."
)
def rounded_up(n, batch_size):
    return -(-n // batch_size) * batch_size


@images_used.alternative
def without_the_rest(n, batch_size):
    return n - n % batch_size


@images_used.alternative
def batch_after_batch(n, batch_size):
    used = 0
    while used + batch_size <= n:
        used += batch_size
    return used


# --- seen_accuracy -----------------------------------------------------------------------------


def predictions_and_labels(probabilities, labels, n, batch_size):
    probabilities, labels = probabilities[:n], labels[:n] % probabilities.shape[1]
    return {
        "probabilities": probabilities / probabilities.sum(axis=1, keepdims=True),
        "labels": labels,
        "batch_size": min(batch_size, n),
    }


FIVE_PREDICTIONS = [[0.75, 0.25], [0.5, 0.5], [0.25, 0.75], [0.25, 0.75], [0.125, 0.875]]

seen_accuracy = exercise(
    "seen_accuracy",
    inputs={
        "probabilities": Array((9, "n_classes"), (1.0, 2.0, 3.0, 0.5, 4.0, 1.5)),
        "labels": Array((9,), (0, 1, 2, 3, 4), whole=True),
        "n": Whole(1, 9),
        "batch_size": Whole(1, 5),
    },
    arrange=predictions_and_labels,
    edges=[
        {"probabilities": FIVE_PREDICTIONS, "labels": [0, 1, 1, 1, 1], "batch_size": 2},
        {"probabilities": FIVE_PREDICTIONS, "labels": [0, 0, 1, 0, 0], "batch_size": 3},
        {"probabilities": FIVE_PREDICTIONS, "labels": [1, 0, 1, 1, 0], "batch_size": 5},
        {"probabilities": [[0.25, 0.5, 0.25]], "labels": [1], "batch_size": 1},
        {
            "probabilities": [[0.1, 0.2, 0.7], [0.3, 0.4, 0.3], [0.6, 0.3, 0.1], [0.2, 0.6, 0.2]],
            "labels": [2, 1, 2, 0],
            "batch_size": 3,
        },
    ],
    hints=[
        "Of 10 images 8 were seen, and all 8 were told right. What would you call the accuracy?",
        "Compare like with like: count right answers among the images that were seen, and divide by "
        'the number of those (chapter 10, "A simple implementation in NumPy": its training '
        "accuracy is divided by all images, so that it can never reach 1).",
        "Cut probabilities and labels to the first `images_used`. argmax along the classes gives "
        "(used,) predictions; the share that equals the labels is their accuracy.",
    ],
)


def told_right(probabilities, labels):
    return probabilities.argmax(axis=1) == labels


@seen_accuracy.law("is 1 where every image that was seen is told right")
def is_one_when_all_are_right(answer, probabilities, labels, batch_size):
    right = probabilities.argmax(axis=1)
    used = len(right) // batch_size * batch_size
    right[used:] = (right[used:] + 1) % probabilities.shape[1]
    expect(answer(probabilities, right, batch_size)).equals(1)


@seen_accuracy.law("does not look at the images that fill no batch")
def unseen_images_do_not_count(answer, probabilities, labels, batch_size):
    used = len(labels) // batch_size * batch_size
    other = labels.copy()
    other[used:] = (other[used:] + 1) % probabilities.shape[1]
    expect(answer(probabilities, other, batch_size)).equals(
        answer(probabilities[:used], labels[:used], batch_size)
    )


@seen_accuracy.law("in batches of one, is the share of all images that are told right")
def share_of_all(answer, probabilities, labels):
    right = int(told_right(probabilities, labels).sum())
    expect(answer(probabilities, labels, 1)).equals(right / len(labels))


@seen_accuracy.law("refuses to judge where no batch is full")
def refuses_without_batches(answer, probabilities, labels):
    expect(answer(probabilities, labels, len(labels) + 1)).raises(ValueError)


def accuracy_with(count):
    def accuracy(probabilities, labels, batch_size):
        used = len(labels) // batch_size * batch_size
        if used == 0:
            raise ValueError("nothing was seen")
        return count(told_right(probabilities, labels), used)

    return accuracy


@seen_accuracy.misconception(
    "divided by the number of all images",
    "Images that were never seen cannot be told right. Divide by those that were seen: the book's "
    "training accuracy ends at 0.896 even where every answer is right.",
)
def divided_by_all(*args):
    return accuracy_with(lambda right, used: right[:used].sum() / len(right))(*args)


@seen_accuracy.misconception(
    "the images that fill no batch count as well",
    "Only the first `images_used` images were seen: cut both arrays there.",
)
def unseen_counted(*args):
    return accuracy_with(lambda right, used: right.mean())(*args)


@seen_accuracy.misconception(
    "how many instead of which share", "Divide the number of right answers by the images seen."
)
def count_not_share(*args):
    return accuracy_with(lambda right, used: right[:used].sum())(*args)


@seen_accuracy.misconception(
    "the share that is told wrong",
    "Accuracy counts what is right: predictions equal to the labels.",
)
def share_of_wrong(*args):
    return accuracy_with(lambda right, used: 1 - right[:used].mean())(*args)


@seen_accuracy.misconception(
    "the last full batch alone", "All images that were seen count, not only those seen last."
)
def last_batch_only(probabilities, labels, batch_size):
    return accuracy_with(lambda right, used: right[used - batch_size : used].mean())(
        probabilities, labels, batch_size
    )


@seen_accuracy.alternative
def counted_by_hand(probabilities, labels, batch_size):
    right = seen = 0
    while seen + batch_size <= len(labels):
        for i in range(seen, seen + batch_size):
            row = probabilities[i].tolist()
            right += row.index(max(row)) == labels[i]
        seen += batch_size
    if not seen:
        raise ValueError("no full batch")
    return right / seen


@seen_accuracy.alternative
def mean_of_the_batches(probabilities, labels, batch_size):
    batches = len(labels) // batch_size
    if batches < 1:
        raise ValueError(batch_size)
    right = np.argmax(probabilities, axis=1) == labels
    return np.mean(right[: batches * batch_size].reshape(batches, batch_size).mean(axis=1))


# --- train_cnn ---------------------------------------------------------------------------------

TRAINING = (*STEP, "batch_size", "epochs")


def class_room(images, labels, n, batch_size, **drawn):
    """n images, each its own, cut out of what was drawn."""
    images = np.resize(images, (n, *images.shape[1:]))
    made = network(images=images, labels=np.resize(labels, n), **drawn)
    return in_order(made | {"batch_size": min(batch_size, n)}, *TRAINING)


FIVE_IMAGES = [
    [[1.0, 0.5, -1.0], [0.0, 1.0, 0.25]],
    [[-0.5, 1.0, 0.5], [0.5, -1.0, 0.0]],
    [[0.25, -1.0, 1.0], [1.0, 0.5, -0.5]],
    [[0.0, 0.25, 0.5], [-1.0, 1.0, 1.0]],
    [[1.0, 1.0, -0.5], [0.25, 0.0, -1.0]],
]

train_cnn = exercise(
    "train_cnn",
    inputs=NETWORK
    | LABELS
    | {
        "images": Array((5, "height", "width"), GENTLE),
        "labels": Array((7,), (0, 1, 2, 3, 4), whole=True),
        "n": Whole(2, 5),
        "learning_rate": Number(RATES),
        "batch_size": Whole(1, 3),
        "epochs": Whole(1, 3),
    },
    arrange=class_room,
    cases=12,
    edges=[
        in_order(
            SMALL_NETWORK
            | {"images": FIVE_IMAGES, "labels": [2, 0, 1, 1, 0]}
            | {"learning_rate": 0.5, "batch_size": 2, "epochs": 2},
            *TRAINING,
        ),
        in_order(
            SMALL_NETWORK
            | {"images": FIVE_IMAGES, "labels": [0, 1, 2, 2, 1]}
            | {"learning_rate": 0.25, "batch_size": 4, "epochs": 3},
            *TRAINING,
        ),
        in_order(
            DECIMAL_NETWORK | {"labels": [1], "learning_rate": 0.1, "batch_size": 1, "epochs": 2},
            *TRAINING,
        ),
    ],
    hints=[
        "Five images in batches of two: how many steps does an epoch take, and which image is never "
        "seen?",
        "For each full batch: predict, write the loss down, take one step; the next batch goes on "
        'from the new weights (chapter 10, "A simple implementation in NumPy").',
        "range(0, images_used(...), batch_size) gives the starts. `cnn_forward` and `cross_entropy` "
        "give a batch's loss, `cnn_step` the new weights. All batches are equally large, so the "
        "epoch's loss is the mean of theirs. Return kernels, weights_1_2, losses.",
    ],
)

TRAINED = ("the kernels", "weights_1_2", "the losses")


@train_cnn.law("says one loss for each epoch")
def has_one_loss_an_epoch(
    answer,
    images,
    labels,
    kernels,
    weights_1_2,
    kernel_height,
    kernel_width,
    learning_rate,
    batch_size,
    epochs,
):
    given = (images, labels, kernels, weights_1_2, kernel_height, kernel_width)
    _, _, losses = answer(*given, learning_rate, batch_size, epochs)
    expect(losses, "the losses").has_shape(epochs)


@train_cnn.law("learns nothing, and misses by as much for ever, with a rate of 0")
def learns_nothing_at_rate_zero(
    answer, images, labels, kernels, weights_1_2, kernel_height, kernel_width, batch_size, epochs
):
    given = (images, labels, kernels, weights_1_2, kernel_height, kernel_width)
    new_kernels, new_weights, losses = answer(*given, 0.0, batch_size, epochs)
    expect(new_kernels, "the kernels").equals(kernels)
    expect(new_weights, "weights_1_2").equals(weights_1_2)
    used = len(images) // batch_size * batch_size
    patches = patches_of(images[:used], kernel_height, kernel_width)
    loss = mean_cross_entropy(patches, labels[:used], kernels, weights_1_2)
    expect(losses, "the losses").equals([loss] * epochs)


@train_cnn.law("does not look at the images that fill no batch")
def unseen_images_do_not_count(
    answer,
    images,
    labels,
    kernels,
    weights_1_2,
    kernel_height,
    kernel_width,
    learning_rate,
    batch_size,
    epochs,
):
    used = len(images) // batch_size * batch_size
    rest = (kernels, weights_1_2, kernel_height, kernel_width, learning_rate, batch_size, epochs)
    of_all, of_seen = answer(images, labels, *rest), answer(images[:used], labels[:used], *rest)
    for name, one, other in zip(TRAINED, of_all, of_seen):
        expect(one, name).equals(np.asarray(other))


@train_cnn.law("goes on from where it stopped")
def goes_on(
    answer,
    images,
    labels,
    kernels,
    weights_1_2,
    kernel_height,
    kernel_width,
    learning_rate,
    batch_size,
    epochs,
):
    sizes = (kernel_height, kernel_width, learning_rate, batch_size)
    first_kernels, first_weights, first = answer(images, labels, kernels, weights_1_2, *sizes, 1)
    halfway = (np.asarray(first_kernels), np.asarray(first_weights))
    then_kernels, then_weights, then = answer(images, labels, *halfway, *sizes, epochs)
    in_one_go = answer(images, labels, kernels, weights_1_2, *sizes, epochs + 1)
    in_parts = (then_kernels, then_weights, np.concatenate([first, then]))
    for name, one, other in zip(TRAINED, in_one_go, in_parts):
        expect(one, name).equals(np.asarray(other))


def train_with(
    images,
    labels,
    kernels,
    weights_1_2,
    kernel_height,
    kernel_width,
    learning_rate,
    batch_size,
    epochs,
    step=step_with,
    starts=lambda n, size: range(0, n // size * size, size),
    summary=np.mean,
    after=False,
    forget=False,
):
    sizes, begin, losses = (kernel_height, kernel_width), (kernels, weights_1_2), []
    for _ in range(epochs):
        if forget:
            kernels, weights_1_2 = begin
        seen = []
        for start in starts(len(images), batch_size):
            some, goals = images[start : start + batch_size], labels[start : start + batch_size]
            patches, before = patches_of(some, *sizes), (kernels, weights_1_2)
            kernels, weights_1_2 = step(some, goals, *before, *sizes, learning_rate)
            measured = (kernels, weights_1_2) if after else before
            seen.append(mean_cross_entropy(patches, goals, *measured))
        losses.append(summary(seen))
    return kernels, weights_1_2, losses


@train_cnn.misconception(
    "the kernels learn in the wrong direction",
    "Both layers take their slope off. In the book's listing the kernels climb while the layer "
    "above goes downhill, and its printed accuracy collapses twice on the way.",
)
def kernel_sign_flipped(*args):
    backward = partial(backward_with, kernel_factor=-1.0)
    return train_with(*args, step=partial(step_with, backward=backward))


@train_cnn.misconception(
    "the short batch at the end is learned too",
    "Here only full batches count: stop after `images_used` images.",
)
def short_batch_learned(*args):
    return train_with(*args, starts=lambda n, size: range(0, n, size))


@train_cnn.misconception(
    "the loss of the epoch's last batch only", "Take the mean of the losses of all its batches."
)
def last_loss_only(*args):
    return train_with(*args, summary=lambda seen: seen[-1])


@train_cnn.misconception(
    "the losses of an epoch added up", "The loss of an epoch is the mean over the images seen."
)
def losses_added_up(*args):
    return train_with(*args, summary=np.sum)


@train_cnn.misconception(
    "the loss measured after the step",
    "Measure each batch's loss with the weights that it is learned from, before the step.",
)
def loss_after_the_step(*args):
    return train_with(*args, after=True)


@train_cnn.misconception(
    "every epoch begins with the first weights",
    "The next epoch goes on from what the last one has learned.",
)
def starts_again(*args):
    return train_with(*args, forget=True)


@train_cnn.misconception(
    "one batch at all times", "Cut images and labels at `start`, so that every batch has its turn."
)
def first_batch_again(images, labels, *args):
    size = args[-2]
    times = len(images) // size
    same = np.concatenate([images[:size]] * times), np.concatenate([labels[:size]] * times)
    return train_with(*same, *args)


@train_cnn.alternative
def counting_batches(
    images,
    labels,
    kernels,
    weights_1_2,
    kernel_height,
    kernel_width,
    learning_rate,
    batch_size,
    epochs,
):
    batches, losses = len(images) // batch_size, np.zeros(epochs)
    for epoch in range(epochs):
        for i in range(batches):
            rows = np.arange(i * batch_size, (i + 1) * batch_size)
            patches = patches_of(images[rows], kernel_height, kernel_width)
            hidden, probabilities = upper_half(patches, kernels, weights_1_2)
            right = probabilities[np.arange(batch_size), labels[rows]]
            losses[epoch] -= np.log(right).sum() / (batches * batch_size)
            slopes = backward_with(patches, hidden, probabilities, labels[rows], weights_1_2)
            kernels = kernels - learning_rate * slopes[0]
            weights_1_2 = weights_1_2 - learning_rate * slopes[1]
    return [kernels, weights_1_2, losses]


@train_cnn.alternative
def batches_split_off(
    images,
    labels,
    kernels,
    weights_1_2,
    kernel_height,
    kernel_width,
    learning_rate,
    batch_size,
    epochs,
):
    used = len(images) - len(images) % batch_size
    pairs = list(
        zip(
            np.split(images[:used], used // batch_size), np.split(labels[:used], used // batch_size)
        )
    )
    losses = []
    while len(losses) < epochs:
        total = 0.0
        for some, goals in pairs:
            given = (some, goals, kernels, weights_1_2, kernel_height, kernel_width)
            patches = patches_of(some, kernel_height, kernel_width)
            total += mean_cross_entropy(patches, goals, kernels, weights_1_2) * len(some)
            kernels, weights_1_2 = step_with(*given, learning_rate)
        losses.append(total / used)
    return kernels, weights_1_2, tuple(losses)
