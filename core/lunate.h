// lunate.h: the few structs that every floor of the core shares. No Lua here.
// Sizes count elements unless a name says bytes; positions and axes are 0-based inside the core
// (the binding converts from Lua's 1-based ones); an unknown dimension is -1.
#ifndef LUNATE_H
#define LUNATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LN_MAX_RANK 8
#define LN_NONE INT64_MIN  // "None" in an integer or axis option

#if defined(__GNUC__)
#define LN_PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#define LN_PRINTF(f, a)
#endif

// In order of promotion within a kind: bool < integers < floats; the two halves give a float32.
typedef enum LnDtype {
  LN_BOOL, LN_UINT8, LN_INT32, LN_INT64, LN_FLOAT16, LN_BFLOAT16, LN_FLOAT32, LN_FLOAT64, LN_DTYPES
} LnDtype;
// Of symbolic tensors and the inputs of models alone, whose data are Lua's: no tensor has it.
enum { LN_STRING = LN_DTYPES + 1 };

// What a layer keeps its variables in and what it computes floats in: in mixed precision, two.
typedef struct LnPolicy {
  int32_t variable, compute;   // LnDtype
} LnPolicy;

typedef struct LnMemory LnMemory;      // base/memory.h
typedef struct LnRecorder LnRecorder;  // ops/op.h
typedef struct LnTensor LnTensor;
typedef struct LnContext LnContext;

// The first error wins: later failures are its consequences. Text never ends in a newline.
typedef struct LnErr {
  bool set;
  char text[4000];   // room for a traceback of Lua's
} LnErr;

// Counter-based generator (base/random.h): the state is where it stands, nothing else.
typedef struct LnRandom {
  uint64_t key, counter;
} LnRandom;

// A block of memory that tensors share; refcounted, charged to the state's account.
typedef struct LnStorage {
  int64_t refs;
  size_t bytes;
  void *data;
  LnMemory *memory;
  int64_t writes;  // times that variables in it got other values: what tapes saw is then gone
  size_t mapped;   // bytes of a file that data is, whose values stay; 0: memory of its own
} LnStorage;

// Whether a tensor lives from call to call: a variable's value, a generator's state. In mixed
// precision layers see a variable in what they compute in, unless it is to be seen as it is.
enum { LN_NO_STATE, LN_STATE, LN_STATE_AS_IS };

// A strided view of a storage. Refcounted (ln_retain / ln_release in tensor/tensor.h).
struct LnTensor {
  int32_t refs;
  uint8_t rank;
  uint8_t dtype;                // LnDtype
  bool meta; // shape and dtype only: calls on it infer shapes and compute nothing
  bool tracked;                 // an active tape may want its gradient (autograd/tape.h)
  uint8_t state;                // LN_NO_STATE, ..
  bool contiguous;              // lies in memory as a new one would
  int64_t size;                 // product of shape
  int64_t shape[LN_MAX_RANK];
  int64_t stride[LN_MAX_RANK];  // in elements; 0 along a broadcast axis, negative when reversed
  LnStorage *storage;           // NULL when meta or closed
  int64_t offset;               // in bytes from storage->data
  void *data;                   // storage->data + offset
  LnMemory *memory;             // that it came from
  LnTensor *mask;               // bool, of its leading axes: which of its steps count; NULL: all
};

// Which rows of a whole batch are those that are computed here, where other processes have others:
// rows first, first + 1, .. of `total`. The batch has `rows` of them; the first `count` count (all,
// or none where a batch has fewer rows than there are processes: one that does not count is
// computed). total 0: nothing is shared. weighted: gradients begin with the rows' share of the
// batch, so that they add up; else they are of a mean over these rows.
typedef struct LnPart {
  int64_t first, rows, count, total;
  bool weighted;
} LnPart;

// The processes that train on the same batches (core/lua/modules/mpi.c). All of them make the same
// calls in the same order; false, with an error, where one does not or is gone.
typedef struct LnPeers {
  void *self;
  int rank, size;
  // A step or a test of a batch of `total` rows begins, another one for each `kind` and `state`.
  bool (*begin)(LnContext *c, void *self, int64_t kind, int64_t total, double state);
  // The sum over all in place; t is contiguous. sum is there at once, sum_later after end.
  bool (*sum)(LnContext *c, void *self, LnTensor *t);
  bool (*sum_later)(LnContext *c, void *self, LnTensor *t);
  bool (*end)(LnContext *c, void *self);
  // All processes' rows, one after the other: counts[i] rows of process i.
  bool (*gather)(LnContext *c, void *self, const LnTensor *t, LnTensor *out);
} LnPeers;

// What every call needs to know: one a Lua state. Failures set err and return NULL or false;
// calls on a NULL tensor pass the failure on, so that formulas can be written without checks.
struct LnContext {
  LnErr err;
  LnMemory *memory;
  LnRandom random;
  LnRecorder *recorder;   // innermost active tape, or NULL
  LnRecorder *recorders;  // all that are, active or not
  int32_t no_record;      // > 0: inside no_grad
  LnPart part;            // of the batch that is computed
  const LnPeers *peers;   // who has the others; NULL: nobody
  int32_t no_effects;     // > 0: only shapes are asked for; ops with effects do nothing
  LnTensor **temps;       // results owned by the scopes that are open (ops/op.h)
  size_t n_temps, cap_temps;
  uintptr_t scope_frame;  // where on C's stack the outermost open scope began, 0: none is open
  LnTensor **losses;      // what layers added during the current call (regularization)
  const void **loss_layers;    // who added losses[i]: compared, never followed
  size_t n_losses, cap_losses;
  const void *layer;      // the innermost layer that is being called, or NULL
  struct LnCache *cache;  // of keys and values, that the call which runs was given; or NULL
  int32_t inferring;      // > 0: a layer is called on shapes alone (ln_layer_infer)
  struct LnBuilt *built;  // by the outermost call so far (nn/layer.c): undone if it fails
  size_t n_built, cap_built;
  LnPolicy policy;        // of layers that are not given one
  bool weights_limited;   // new weights may take no more than weight_room bytes (nn/layer.c)
  double weight_room;
  // An object of a kind by name, for defaults of options (ln_object_by_name).
  struct LnObject *(*make)(LnContext *c, int kind, const char *name);
  void *host;             // the binding's: the running lua_State
  const struct LnHost *calls;  // the binding's way into Lua (nn/nn.h); NULL without a binding
  uint64_t host_calls;    // how often it was taken: what did so cannot be replayed unasked
  void (*let_go)(void *held, int kind);   // of what scopes hold besides tensors (ops/op.h)
  size_t (*collect)(LnContext *c);  // frees what garbage holds, when memory runs out; may be NULL
};

#endif
