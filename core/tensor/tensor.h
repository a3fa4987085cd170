// Tensors: dtypes, storage, views, broadcasting of shapes, element access, printing.
// Functions that return a tensor return a new reference; NULL with c->err set when they fail.
#ifndef LN_TENSOR_TENSOR_H
#define LN_TENSOR_TENSOR_H

#include "base/error.h"
#include "base/memory.h"
#include "lunate.h"

// ---- dtypes
extern const size_t ln_dtype_sizes[LN_DTYPES];
static inline size_t ln_dtype_size(LnDtype d) { return ln_dtype_sizes[d]; }   // bytes
const char *ln_dtype_name(LnDtype d);
bool ln_dtype_from_name(const char *name, LnDtype *out);
static inline bool ln_dtype_is_float(LnDtype d) { return d >= LN_FLOAT16; }
// Of 16 bits: what computes with them does so in float32 (ops/apply.c).
static inline bool ln_dtype_is_half(LnDtype d) { return d == LN_FLOAT16 || d == LN_BFLOAT16; }
// Keras's promotion of two tensors: the wider of a kind; integer with float gives that float;
// float16 with bfloat16 gives float32.
LnDtype ln_dtype_promote(LnDtype a, LnDtype b);
// What a division, mean or exp of d gives: d itself for floats, float32 for the others.
static inline LnDtype ln_dtype_float(LnDtype d) { return ln_dtype_is_float(d) ? d : LN_FLOAT32; }
// A policy's name: a dtype's, "mixed_float16" or "mixed_bfloat16".
const char *ln_policy_name(LnPolicy p);
bool ln_policy_from_name(const char *name, LnPolicy *out);
// An element of a half as a number, and a number rounded to such an element.
float ln_half_value(LnDtype d, uint16_t bits);
uint16_t ln_half_bits(LnDtype d, double v);
uint16_t ln_half_bits_of_int(LnDtype d, int64_t v);

// ---- shapes
// A shape in text, "(2, 3)", "(5,)" for one axis; -1 prints as None. Rotates through a few
// buffers, so that several fit one message.
const char *ln_shape_text(const int64_t *shape, int rank);
const char *ln_tensor_shape_text(const LnTensor *t);
// Product of a shape; false with an error when it overflows or an axis is negative.
bool ln_shape_size(LnContext *c, const int64_t *shape, int rank, int64_t *size);
bool ln_shape_equal(const int64_t *a, int rank_a, const int64_t *b, int rank_b);
// numpy broadcasting of two shapes into out[]; returns the rank, or -1 when they do not align.
int ln_shape_broadcast(const int64_t *a, int rank_a, const int64_t *b, int rank_b, int64_t *out);
// Shapes of tensors without values may have dimensions that are not known, -1.
static inline bool ln_dims_fit(int64_t a, int64_t b) { return a == b || a < 0 || b < 0; }
// Of the sizes of two axes that are one, the known one.
static inline int64_t ln_dim_known(int64_t a, int64_t b) { return a < 0 ? b : a; }
int64_t ln_dim_times(int64_t a, int64_t b);   // unknown if a factor is and the other is not 0
// Whether the two can be one shape; it then is in out[] (NULL: not wanted), None against n being n.
bool ln_shape_unify(const int64_t *a, int rank_a, const int64_t *b, int rank_b, int64_t *out);
// ln_shape_size where dimensions may be unknown: then -1, unless another is 0.
bool ln_shape_known_size(LnContext *c, const int64_t *shape, int rank, int64_t *size);
// Checks an axis (0-based, or negative from the end) against a rank; the error shows it 1-based.
bool ln_axis(LnContext *c, const char *what, int64_t axis, int rank, int *out);

// ---- making and freeing
LnTensor *ln_tensor_new(LnContext *c, LnDtype d, int rank, const int64_t *shape);  // uninitialized
LnTensor *ln_tensor_zeros(LnContext *c, LnDtype d, int rank, const int64_t *shape);
// The values are to come: its storage has a size and no memory yet (data is NULL), until the tensor
// is placed in another one. What a tape records before it runs (autograd/tape.h).
LnTensor *ln_tensor_pending(LnContext *c, LnDtype d, int rank, const int64_t *shape);
static inline bool ln_tensor_is_pending(const LnTensor *t) { return t->storage && !t->data; }
// No data; dimensions may be unknown (-1), and so is then the size.
LnTensor *ln_tensor_meta(LnContext *c, LnDtype d, int rank, const int64_t *shape);
// The elements from a byte of a file on, in its own memory: read as they are used, never changed.
LnTensor *ln_tensor_map(LnContext *c, const char *path, size_t offset, LnDtype d, int rank,
                        const int64_t *shape);
LnTensor *ln_tensor_scalar(LnContext *c, LnDtype d, double value);                  // rank 0
// A view of base's storage: offset in bytes from base->data. No bounds are checked here.
LnTensor *ln_tensor_view(LnContext *c, LnTensor *base, int rank, const int64_t *shape,
                         const int64_t *stride, int64_t offset);
static inline LnTensor *ln_retain(LnTensor *t) {
  if (t) t->refs++;
  return t;
}
void ln_release(LnTensor *t);  // NULL is fine
void ln_tensor_set_mask(LnTensor *t, LnTensor *mask);  // takes a reference of its own; or NULL
// Frees the data early: the handle stays, every use of it fails. Views keep the storage alive.
void ln_tensor_close(LnTensor *t);
static inline bool ln_tensor_closed(const LnTensor *t) { return !t->meta && !t->storage; }

LnStorage *ln_storage_new(LnContext *c, size_t bytes);
void ln_storage_release(LnStorage *s);
void ln_storage_return(LnStorage *s);  // the same; its memory goes to the system, not to the cache
// Points t at another storage (a flat buffer, a planned one); takes a reference of its own.
void ln_tensor_place(LnTensor *t, LnStorage *s, int64_t offset);
// A matrix whose rows (of a transposed one: columns) lie `from` elements apart has them `to` apart.
// What it holds is lost.
void ln_tensor_space(LnTensor *t, int64_t from, int64_t to);

// Every element is the first of the storage, which t now lies in.
void ln_tensor_spread(LnTensor *t, LnStorage *s);

// ---- layout
static inline bool ln_tensor_is_contiguous(const LnTensor *t) { return t->contiguous; }
void ln_contiguous_strides(const int64_t *shape, int rank, int64_t *stride);
bool ln_tensor_same_shape(const LnTensor *a, const LnTensor *b);
// The same where dimensions may be unknown: whether the two shapes can be one.
bool ln_tensor_shapes_fit(const LnTensor *a, const LnTensor *b);

// ---- elements (slow paths: printing, scalars, tests)
double ln_tensor_get(const LnTensor *t, const int64_t *index);            // any dtype as double
int64_t ln_tensor_get_int(const LnTensor *t, const int64_t *index);       // exact for integers
void ln_tensor_set(LnTensor *t, const int64_t *index, double value);
void ln_tensor_set_int(LnTensor *t, const int64_t *index, int64_t value);
bool ln_tensor_equal(const LnTensor *a, const LnTensor *b);  // shape, dtype and every value

// ---- printing (tensor/print.c)
// Like numpy's str: aligned, at most `precision` digits, summarized past `threshold` elements.
// Returns a malloc'ed text, NULL without memory.
char *ln_tensor_text(const LnTensor *t, int precision, int64_t threshold);

#endif
