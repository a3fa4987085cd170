// What the binding's files share: the state behind a Lua state, and how values cross the border.
// Every C function of the binding has the LnLua as its first upvalue: `LnLua *s = ln_lua(L)`.
// Core failures are raised with ln_lua_raise; nothing of the core is held across a raise but
// what scopes and handles own.
#ifndef LN_LUA_STATE_H
#define LN_LUA_STATE_H

#include <lauxlib.h>
#include <lua.h>

#include "lua/metatable.h"
#include "nn/nn.h"

// ---- text (core/lua/text.c)
// Pushes the text at i as a terminal may have it: control characters and what is no UTF-8 are \xNN;
// lines: line ends and tabs stay.
void ln_lua_printable(lua_State *L, int i, bool lines);
bool ln_lua_is_text(lua_State *L, int i);   // UTF-8 without NUL
// Raises unless the value at i is a name: text, without '/' unless it may be a path.
void ln_lua_check_name(lua_State *L, int i, const char *what, bool path);

struct LnSlice;

enum { LN_TYPE_TENSOR, LN_TYPE_VARIABLE, LN_TYPE_TAPE, LN_TYPE_TRAINER, LN_TYPE_MODEL,
       LN_TYPE_SYMBOLIC, LN_TYPE_KINDS, LN_TYPES = LN_TYPE_KINDS + LN_KINDS };

typedef struct LnLua {
  LnContext context;             // first: c and s are the same address
  const void *metatable[LN_TYPES];
  int metatable_place[LN_TYPES];   // in the registry
  size_t debt;                   // bytes handed to Lua since the collector was last stepped
  size_t live;                   // bytes that were live after the last full collection
  const char *refuses;           // why no call is taken now, or NULL
  lua_Integer seeds;             // how often the generator was seeded: loaded models ask
  bool for_file;                 // configs are being made for a file: None is core.null
  int guards;                    // calls of fit, evaluate and predict that are under way
} LnLua;

// ---- messages (core/lua/messages.c)
// Raises the core's error (clearing it and ending scopes); `what` is the function called.
int ln_lua_raise(lua_State *L, LnLua *s, const char *what);
// luaL_error, but for the place (the line of the script, past lunate's own Lua) and the text, which
// is printable and bounded. All of the binding raises so.
int ln_lua_error(lua_State *L, const char *format, ...);
#undef luaL_error
#define luaL_error ln_lua_error
// What is at i, for messages: 'abc', 2.5, nil, no value, a table, a tensor of shape (2, 3); pushed.
const char *ln_lua_describe(lua_State *L, LnLua *s, int i);
const char *ln_lua_cut(lua_State *L, const char *text);   // pushed; a long text's beginning
// Raises: the method `what` was called on something else than a `receiver` ("layer").
int ln_lua_bad_self(lua_State *L, LnLua *s, const char *receiver, const char *what);
// Pushes the name most like `name` of the list of strings at the top of the stack; nil and NULL
// when none is near.
const char *ln_lua_nearest(lua_State *L, const char *name);
// Pushes "; did you mean 'units'?" for a name that is not in the list of strings at the top, or "".
const char *ln_lua_suggestion(lua_State *L, const char *name);
// The same where names of the user's own are as likely: only for a slip of a letter or two, or what
// is to do instead; otherwise NULL, with nothing pushed.
const char *ln_lua_slip(lua_State *L, const char *name);
// "unknown option 'unit' of 'Dense'; did you mean 'units'?" : the names are the strings of the
// list at the top of the stack. Quotes `what` unless it has quotes.
int ln_lua_unknown(lua_State *L, const char *kind, const char *name, const char *what);

// Puts the context in order after an error that jumped out of a function of the binding (Lua itself
// may lack memory in any call of its API): open scopes end, an error that was not raised is
// forgotten. frame: of the function that is called now.
void ln_lua_recover(LnLua *s, uintptr_t frame);
static inline LnLua *ln_lua(lua_State *L) {
  LnLua *s = lua_touserdata(L, lua_upvalueindex(1));
  if (s->refuses) luaL_error(L, "lunate: %s", s->refuses);
  uintptr_t frame = (uintptr_t)__builtin_frame_address(0);
  if (ln_scope_passed(&s->context, frame) || s->context.err.set) ln_lua_recover(s, frame);
  s->context.host = L;
  return s;
}
// Calls the function below n arguments on the stack. What it runs may have been another thread.
static inline void ln_lua_call(lua_State *L, LnLua *s, int n, int results) {
  lua_call(L, n, results);
  s->context.host = L;
}
static inline void ln_lua_push_metatable(lua_State *L, const LnLua *s, int type) {
  lua_rawgeti(L, LUA_REGISTRYINDEX, s->metatable_place[type]);
}

// ---- tensors (core/lua/tensor.c)
// Tells the collector of memory that it cannot see and a new handle owns: it is stepped once a MiB
// has gathered.
void ln_lua_charge(lua_State *L, LnLua *s, size_t bytes);
// Pushes a handle; takes one reference of its own. Steps the collector as memory gathers: every
// operand must be anchored (on the stack, in a scope) by then.
void ln_lua_push_tensor(lua_State *L, LnLua *s, LnTensor *t);
// The same, with the caller's reference: it is let go also when an error of Lua's jumps.
void ln_lua_give_tensor(lua_State *L, LnLua *s, LnTensor *t);
// A Lua number for rank 0, else a tensor.
void ln_lua_push_value(lua_State *L, LnLua *s, LnTensor *t);
void ln_lua_push_number(lua_State *L, double v);   // a NaN without a sign: it prints as nan
LnTensor *ln_lua_test_tensor(lua_State *L, LnLua *s, int i);     // tensor or variable; NULL
LnTensor *ln_lua_check_tensor(lua_State *L, LnLua *s, int i, const char *what);
// The same, and numbers, booleans and (nested) tables of them too, of dtype d (LN_DTYPES: its own;
// float32 or bool for Lua values). What had to be made replaces the value at i, so that Lua owns
// it whatever happens next. Raises on ragged tables.
LnTensor *ln_lua_to_tensor(lua_State *L, LnLua *s, int i, LnDtype d, const char *what);
void ln_lua_push_shape(lua_State *L, const int64_t *shape, int rank);   // None as false
// A list of integers at i, `false` for -1 when unknown is allowed. Raises.
void ln_lua_check_ints(lua_State *L, int i, const char *what, bool unknown, LnInts *out);
// One shape at i, or a list of at most LN_LUA_MAX_SHAPES, unknown dimensions allowed. Returns how
// many. Raises. (layer.c)
enum { LN_LUA_MAX_SHAPES = 64 };
int ln_lua_check_shapes(lua_State *L, int i, const char *what, LnInts *shapes);
// Whether the table at i has positions with nil before its last one, as `{a, cond and b or nil, c}`
// may: after which entry, and which one is the last.
bool ln_lua_find_hole(lua_State *L, int i, lua_Integer *before, lua_Integer *last);
// The length of the list at i. Raises where it has a hole.
lua_Integer ln_lua_list_length(lua_State *L, int i, const char *what);
// Puts a copy of the table's list part in the place of the table at i and returns its length: what
// it holds stays anchored, whatever finalizers do with the original meanwhile. Raises at a hole.
int ln_lua_own_list(lua_State *L, int i, const char *what);
LnDtype ln_lua_check_dtype(lua_State *L, int i, const char *what);
// The dtype option of a table of options at i (may be absent), or fallback.
LnDtype ln_lua_dtype_option(lua_State *L, int i, const char *what, LnDtype fallback);

// ---- options (core/lua/options.c)
// Checks the value at i against o and pushes it normalized; raises naming `what`. config: the
// value comes from Keras's JSON (axes 0-based, null as false, objects as tables).
void ln_lua_check_option(lua_State *L, LnLua *s, const char *what, const LnOption *o, int i,
                         bool config);
// Stores what ln_lua_check_option pushed (at the top; popped) into the field.
void ln_lua_store_option(lua_State *L, LnLua *s, const LnOption *o, void *self);
// Pushes a field's value: for scripts, or for a config.
void ln_lua_push_option(lua_State *L, LnLua *s, const LnOption *o, const void *self, bool config);
// The argument at i is nil, none, or a table with no other names than these (ended by NULL), and
// the last one. Raises.
void ln_lua_only_options(lua_State *L, LnLua *s, int i, const char *what, const char *const *names);
// No argument comes after the first n. Raises.
void ln_lua_only_arguments(lua_State *L, LnLua *s, int n, const char *what);
void ln_lua_push_kind_text(lua_State *L, const LnOption *o);   // "integer >= 1"
bool ln_lua_option_is_optional(const LnOption *o);   // None is legal
int ln_lua_check_options(lua_State *L);        // core.check_options(what, specs, args)

// ---- JSON (core/lua/json.c)
void ln_lua_push_null(lua_State *L);           // core.null
bool ln_lua_is_null(lua_State *L, int i);
void ln_lua_mark_list(lua_State *L);           // the table at the top is a list, also when empty
// None in a config: false for scripts, core.null in what is made for a file.
static inline void ln_lua_push_none(lua_State *L, const LnLua *s) {
  if (s->for_file) ln_lua_push_null(L);
  else lua_pushboolean(L, 0);
}

// ---- objects (core/lua/object.c)
void ln_lua_push_object(lua_State *L, LnLua *s, LnObject *o);   // its handle; one per object
void ln_lua_give_object(lua_State *L, LnLua *s, LnObject *o);   // with the caller's reference
LnObject *ln_lua_test_object(lua_State *L, LnLua *s, int i, LnKind kind);
LnObject *ln_lua_check_object(lua_State *L, LnLua *s, int i, LnKind kind, const char *what);
// An object of the kind from the value at i: itself, a name, a config table; pushes its handle.
LnObject *ln_lua_to_object(lua_State *L, LnLua *s, int i, LnKind kind, const char *what);
// Pushes the name of the class of the object at i: a Lua subclass's own, where it is a text.
const char *ln_lua_push_class_name(lua_State *L, int i);
void ln_lua_push_config(lua_State *L, LnLua *s, LnObject *o);       // get_config()
void ln_lua_push_serialized(lua_State *L, LnLua *s, LnObject *o);   // {class_name =, config =, ...}
void ln_lua_push_variable(lua_State *L, LnLua *s, LnVariable *v);
void ln_lua_give_variable(lua_State *L, LnLua *s, LnVariable *v);   // with the caller's reference
LnVariable *ln_lua_test_variable(lua_State *L, LnLua *s, int i);
// Names an object that has no name yet, as Keras would: dense, dense_1, ...
void ln_lua_default_name(lua_State *L, LnLua *s, LnObject *o, const char *class_name);

// ---- symbolic tensors (core/lua/symbolic.c)
bool ln_lua_is_symbolic(lua_State *L, LnLua *s, int i);
// True for a symbolic tensor, or a table that holds one.
bool ln_lua_has_symbolic(lua_State *L, LnLua *s, int i);
LnDtype ln_lua_symbolic_dtype(lua_State *L, int i);   // of the symbolic tensor at i
// Calls the layer at `layer` on the list of symbolic tensors at `inputs`: pushes its outputs and
// returns their number. list: how they were given. training: -1 when not said. mask: where the
// symbolic mask is, or 0.
int ln_lua_call_symbolic(lua_State *L, LnLua *s, int layer, int inputs, bool list, int training,
                         int mask);
// What layer_call does when an input (at 2) is symbolic; its options are at 3.
int ln_lua_layer_symbolic(lua_State *L, LnLua *s);

// Of layers whose outputs have names: what a call gives is a table. set takes the list of names
// (nil: none) from the top; push pushes it, or nothing for none.
void ln_lua_set_output_names(lua_State *L, LnLua *s, LnLayer *l);
bool ln_lua_push_output_names(lua_State *L, LnLua *s, const LnLayer *l);
void ln_lua_push_names(lua_State *L, int i);   // the sorted list of a table's string keys
// Inputs by name at i for a functional model become a list. Raises on wrong names.
void ln_lua_inputs_by_name(lua_State *L, LnLua *s, const LnLayer *l, int i);
// Calls a new operation (nn/operation.h; a reference, taken over) on the list of symbolic tensors
// at `inputs`; pushes the outputs and returns their number.
int ln_lua_operation(lua_State *L, LnLua *s, LnLayer *operation, int inputs);
void ln_lua_default_params(LnContext *c, const LnOp *op, void *params);
void ln_lua_push_op(lua_State *L, const LnOp *op);   // its function, for those with upvalue 1
// The index at i as a slice of t (core/lua/tensor.c).
void ln_lua_read_index(lua_State *L, int i, const LnTensor *t, struct LnSlice *p);

// ---- Ctrl-C (core/lua/interrupt.c)
// How many came since the outermost call of fit, evaluate or predict began: 0, 1 or 2 (and more).
int ln_interrupts(void);

// ---- parts of the module: each adds its functions to the table at the top of the stack
void ln_register_tensor(lua_State *L);
void ln_register_create(lua_State *L);
void ln_register_functions(lua_State *L);
void ln_register_object(lua_State *L);
void ln_register_layer(lua_State *L);
void ln_register_nn(lua_State *L);
void ln_register_symbolic(lua_State *L);
void ln_register_tape(lua_State *L);
void ln_register_custom_gradient(lua_State *L);
void ln_register_trainer(lua_State *L);
void ln_register_json(lua_State *L);
void ln_register_files(lua_State *L);
void ln_register_interrupt(lua_State *L);
void ln_register_repl(lua_State *L);
void ln_register_text(lua_State *L);
void ln_register_exports(lua_State *L);
void ln_register_system(lua_State *L);
void ln_register_event_file(lua_State *L);
void ln_register_messages(lua_State *L);

// luaL_setfuncs with the state as upvalue; the table is at the top.
void ln_lua_setfuncs(lua_State *L, const luaL_Reg *functions);
// A new metatable for a type, locked under its type name, pushed; its address goes to s->metatable.
void ln_lua_metatable(lua_State *L, LnLua *s, int type, const char *name);
void *ln_lua_test_type(lua_State *L, LnLua *s, int i, int type);

#endif
