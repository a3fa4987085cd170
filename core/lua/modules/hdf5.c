// lunate.hdf5: HDF5 files as Lua tables, in memory: encode(root) -> bytes, decode(bytes) -> root.
// libhdf5 runs in a forked child alone: bytes that mean it harm, or want of memory, crash it or
// leave it broken. To read, the child tells what it finds as one flat message, of which the parent
// believes nothing; to write, the parent makes a plan and the child sends the file's bytes. A new
// kind of value is a case in add_value and type_of (writing), send_value (child) and push_value
// (parent).
// pkg-config: hdf5
// debian: libhdf5-dev
#define _GNU_SOURCE 1        // pipe2, closefrom
#define H5_USE_110_API 1     // later versions of libhdf5 still have these
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <hdf5.h>

#include "lua/exports.h"

enum { MAX_DEPTH = 64, MAX_TEXT = 4096 };   // of groups in groups; of an error's message

// The reason nearest to the cause that libhdf5 has for the last failure.
static herr_t take_reason(unsigned n, const H5E_error2_t *entry, void *reason) {
  if (n == 0 && entry->desc) snprintf(reason, 160, "%s", entry->desc);
  return 0;
}

// malloc's errno tells want of memory, which libhdf5 reports as whatever failed for it.
static bool lacks_memory(void) { return errno == ENOMEM; }

static void last_reason(char reason[160]) {
  snprintf(reason, 160, "libhdf5 does not say why");
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take_reason, reason);
}

// bool as h5py has it: one byte with names for 0 and 1.
static hid_t new_bool_type(void) {
  hid_t type = H5Tenum_create(H5T_STD_I8LE);
  H5Tenum_insert(type, "FALSE", &(int8_t){0});
  H5Tenum_insert(type, "TRUE", &(int8_t){1});
  return type;
}

// A float of 16 bits, of them `fraction` the fraction's.
static hid_t new_half_type(size_t fraction, size_t bias) {
  hid_t type = H5Tcopy(H5T_NATIVE_FLOAT);
  H5Tset_fields(type, 15, fraction, 15 - fraction, 0, fraction);
  H5Tset_size(type, 2);
  H5Tset_ebias(type, bias);
  return type;
}

// Where it is opaque bytes, all that h5py has for it, Keras says so in an attribute `dtype`.
static const char BFLOAT16[] = "bfloat16";

// In memory; in files that we write too, but for bfloat16. LN_BOOL has a type of its own.
static hid_t number_type(LnDtype d) {
  switch (d) {
    case LN_FLOAT16: return new_half_type(10, 15);
    case LN_BFLOAT16: return new_half_type(7, 127);
    case LN_UINT8: return H5T_NATIVE_UINT8;
    case LN_INT32: return H5T_NATIVE_INT32;
    case LN_INT64: return H5T_NATIVE_INT64;
    case LN_FLOAT32: return H5T_NATIVE_FLOAT;
    default: return H5T_NATIVE_DOUBLE;
  }
}

// ---- Writing, the parent's side: a plan of what the file will hold. It points to what Lua holds

enum { TEXT = LN_DTYPES };   // a type of elements beside the dtypes

// A step of the plan: 'G' begins a group, 'D' a dataset, each up to its '.'; 'A' is an attribute of
// what was begun last.
typedef struct Item {
  char letter;
  int type, rank;               // an LnDtype or TEXT
  hsize_t shape[LN_MAX_RANK];
  const char *name;
  const void *data;             // NULL: it is `own`
  lua_Integer tensor;           // where the list of what is held has it, 0: none
  union {
    const char *text;
    int64_t integer;
    double number;
    int8_t boolean;
  } own;
} Item;

typedef struct Plan {
  Item *items;                  // in a userdata at `place`
  size_t n, room;
  uint64_t bytes, letters;      // of all tensors; of all names and texts
  int place, held;              // on the stack; `held`: a list of all that the items point to
  lua_Integer n_held;
  const LnExports *core;
} Plan;

// Keeps the value at the top, which stays there.
static lua_Integer hold(lua_State *L, Plan *p) {
  lua_pushvalue(L, -1);
  lua_rawseti(L, p->held, ++p->n_held);
  return p->n_held;
}

static Item *add_item(lua_State *L, Plan *p, char letter, const char *name) {
  if (p->n == p->room) {
    size_t room = p->room ? 2 * p->room : 64;
    Item *grown = lua_newuserdatauv(L, room * sizeof *grown, 0);
    if (p->n) memcpy(grown, p->items, p->n * sizeof *grown);
    p->items = grown;
    p->room = room;
    lua_replace(L, p->place);
  }
  Item *item = &p->items[p->n++];
  *item = (Item){.letter = letter, .name = name};
  return item;
}

// libhdf5 ends a text at its first zero byte.
static const char *check_text(lua_State *L, int i, const char *path) {
  size_t n;
  const char *text = lua_tolstring(L, i, &n);
  if (strlen(text) != n) luaL_error(L, "hdf5: '%s': a text with a zero byte in it", path);
  return text;
}

static size_t count_fields(lua_State *L, int i) {
  size_t n = 0;
  i = lua_absindex(L, i);
  for (lua_pushnil(L); lua_next(L, i); lua_pop(L, 1)) n++;
  return n;
}

// The list of texts at the top.
static void read_list(lua_State *L, Plan *p, const char *path, Item *item) {
  size_t n = (size_t)lua_rawlen(L, -1);
  item->rank = 1;
  item->shape[0] = n;
  item->type = n ? TEXT : LN_FLOAT64;   // Keras's (numpy's) empty list
  if (count_fields(L, -1) != n)
    luaL_error(L, "hdf5: '%s': a list of texts expected, got a table with other fields", path);
  const char **texts = lua_newuserdatauv(L, (n + 1) * sizeof *texts, 0);
  hold(L, p);
  lua_createtable(L, n < INT32_MAX ? (int)n : 0, 0);
  hold(L, p);
  for (size_t i = 0; i < n; i++) {
    if (lua_rawgeti(L, -3, (lua_Integer)i + 1) != LUA_TSTRING)
      luaL_error(L, "hdf5: '%s': a list of texts expected, got a %s at %d", path,
                 luaL_typename(L, -1), (int)i + 1);
    texts[i] = check_text(L, -1, path);
    p->letters += strlen(texts[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  item->data = texts;
}

// Adds the value at the top, whatever an attribute or a dataset can hold. May push.
static void add_value(lua_State *L, Plan *p, char letter, const char *name, const char *path) {
  Item item = {.letter = letter};
  const char *what;
  switch (lua_type(L, -1)) {
    case LUA_TSTRING:
      item.type = TEXT;
      item.own.text = check_text(L, -1, path);
      p->letters += strlen(item.own.text);
      hold(L, p);
      break;
    case LUA_TNUMBER:
      item.type = lua_isinteger(L, -1) ? LN_INT64 : LN_FLOAT64;
      if (lua_isinteger(L, -1)) item.own.integer = lua_tointeger(L, -1);
      else item.own.number = lua_tonumber(L, -1);
      break;
    case LUA_TBOOLEAN:
      item.type = LN_BOOL;
      item.own.boolean = (int8_t)lua_toboolean(L, -1);
      break;
    case LUA_TTABLE: read_list(L, p, path, &item); break;
    default:
      what = lua_pushfstring(L, "hdf5: '%s'", path);
      lua_insert(L, -2);
      const LnTensor *t = p->core->test_tensor(p->core, L, -1, what);
      if (!t)
        luaL_error(L, "%s: a tensor, text, list of texts, number or boolean expected, got a %s",
                   what, luaL_typename(L, -1));
      item.type = t->dtype;
      item.rank = t->rank;
      for (int i = 0; i < t->rank; i++) item.shape[i] = (hsize_t)t->shape[i];
      p->bytes += (uint64_t)t->size * p->core->dtype_size((LnDtype)t->dtype);
      item.tensor = hold(L, p);
  }
  item.name = name;
  *add_item(L, p, letter, name) = item;
}

// Where the tensors' values lie, to be asked when nothing of Lua's runs any more.
static void find_values(lua_State *L, Plan *p) {
  for (size_t i = 0; i < p->n; i++) {
    Item *item = &p->items[i];
    if (!item->tensor) continue;
    lua_rawgeti(L, p->held, item->tensor);
    const LnTensor *t = p->core->test_tensor(p->core, L, -1, "hdf5");
    bool same = t && t->dtype == item->type && t->rank == item->rank;
    for (int k = 0; same && k < t->rank; k++) same = (hsize_t)t->shape[k] == item->shape[k];
    if (!same) luaL_error(L, "hdf5: '%s' changed while it was being written", item->name);
    item->data = t->data;
    lua_pop(L, 1);
  }
}

static int by_bytes(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

// The sorted array, pushed, of the names in the table at i, which the plan holds. `not`: what a
// name
// must not have in it.
static const char **push_names(lua_State *L, Plan *p, int i, const char *path, char not,
                               size_t *n) {
  size_t length, n_fields = count_fields(L, i);
  lua_createtable(L, n_fields < INT32_MAX ? (int)n_fields : 0, 0);
  hold(L, p);
  const char **names = lua_newuserdatauv(L, (n_fields + 1) * sizeof *names, 0);
  *n = 0;
  for (lua_pushnil(L); *n < n_fields && lua_next(L, i); lua_pop(L, 1)) {
    if (lua_type(L, -2) != LUA_TSTRING)
      luaL_error(L, "hdf5: '%s': names are texts, got a %s as one", path, luaL_typename(L, -2));
    const char *name = names[*n] = lua_tolstring(L, -2, &length);
    if (length == 0 || strlen(name) != length || strcmp(name, not == '/' ? "." : "") == 0 ||
        (not && strchr(name, not)))
      luaL_error(L, "hdf5: '%s': '%s' cannot be a name", path, name);
    lua_pushvalue(L, -2);
    lua_rawseti(L, -5, (lua_Integer)++*n);
    p->letters += length;
  }
  qsort(names, *n, sizeof *names, by_bytes);
  return names;
}

static void add_attributes(lua_State *L, Plan *p, int i, const char *path) {
  size_t n;
  luaL_checkstack(L, 16, "hdf5");
  if (lua_isnil(L, i)) return;
  if (!lua_istable(L, i))
    luaL_error(L, "hdf5: the attributes of '%s': a table expected, got a %s", path,
               luaL_typename(L, i));
  const char **names = push_names(L, p, i, path, '\0', &n);
  int top = lua_gettop(L);
  for (size_t k = 0; k < n; k++) {
    const char *inner = lua_pushfstring(L, "%s@%s", path, names[k]);
    lua_pushstring(L, names[k]);
    lua_rawget(L, i);
    add_value(L, p, 'A', names[k], inner);
    lua_settop(L, top);
  }
}

// The table at i has no other fields than these two.
static void check_fields(lua_State *L, int i, const char *path, const char *a, const char *b) {
  for (lua_pushnil(L); lua_next(L, i); lua_pop(L, 1)) {
    const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : NULL;
    if (!name || (strcmp(name, a) != 0 && strcmp(name, b) != 0))
      luaL_error(L, "hdf5: '%s': a table with the fields '%s' and '%s' has no place for %s", path,
                 a, b, name ? lua_pushfstring(L, "'%s'", name) : luaL_typename(L, -2));
  }
}

static bool has_field(lua_State *L, int i, const char *name) {   // and pushes it
  lua_pushstring(L, name);
  return lua_rawget(L, i) != LUA_TNIL;
}

static void add_group(lua_State *L, Plan *p, int i, const char *path, int depth);

// The value at the top, as the member `name` of a group.
static void add_member(lua_State *L, Plan *p, const char *name, const char *path, int depth) {
  int i = lua_gettop(L);
  bool table = lua_istable(L, i);
  if (table && has_field(L, i, "dataset")) {
    check_fields(L, i, path, "dataset", "attributes");
    add_value(L, p, 'D', name, path);
    has_field(L, i, "attributes");
    add_attributes(L, p, lua_gettop(L), path);
  } else if (table && lua_rawlen(L, i) == 0) {
    add_item(L, p, 'G', name);
    add_group(L, p, i, path, depth + 1);
  } else {
    lua_settop(L, i);
    add_value(L, p, 'D', name, path);
  }
  add_item(L, p, '.', NULL);
}

static void add_group(lua_State *L, Plan *p, int i, const char *path, int depth) {
  size_t n;
  luaL_checkstack(L, 16, "hdf5");
  if (depth == MAX_DEPTH)
    luaL_error(L, "hdf5: '%s': groups nested deeper than %d (does one contain itself?)", path,
               MAX_DEPTH);
  check_fields(L, i, path, "attributes", "members");
  has_field(L, i, "attributes");
  add_attributes(L, p, lua_gettop(L), path);
  if (!has_field(L, i, "members")) return;
  int members = lua_gettop(L);
  if (!lua_istable(L, members))
    luaL_error(L, "hdf5: the members of '%s': a table expected, got a %s", path,
               luaL_typename(L, members));
  const char **names = push_names(L, p, members, path, '/', &n);
  int top = lua_gettop(L);
  for (size_t k = 0; k < n; k++) {
    const char *inner = lua_pushfstring(L, depth ? "%s/%s" : "%s%s", path, names[k]);
    lua_pushstring(L, names[k]);
    lua_rawget(L, members);
    add_member(L, p, names[k], inner, depth);
    lua_settop(L, top);
  }
}

// ---- What a file may cost

typedef struct Limits {
  uint64_t bytes;     // of all values, as they arrive
  uint64_t objects;   // groups, datasets and attributes
  int64_t cpu, wall;  // milliseconds of the processor's and of all time
} Limits;

// deflate packs 1032 bytes into one at best; attributes and links take tens of bytes each.
static Limits limits_of(uint64_t file) {
  uint64_t packed = ((uint64_t)1 << 20) + 1032 * file, ceiling = ((uint64_t)256 << 20) + 16 * file;
  uint64_t bytes = packed < ceiling ? packed : ceiling;
  int64_t cpu = 250 + (int64_t)(bytes >> 17);   // 128 MiB/s; a small model needs 1 ms
  return (Limits){bytes, 16 + file / 8, cpu, 10000 + 5 * cpu};
}

// ---- The child: what it says goes through a pipe. Reading, it tells what it finds as
//   object := 'G' {'A' name value | 'M' name object} '.'  |  'D' value {'A' name value} '.'
//   value := 'T' dtype rank shape data  |  'S' text  |  'L' n {text}  |  'N' (no value)
//   text, name := n bytes; n, shape: 8 bytes; in the place of any letter: 'E' text, and it ends
// and having written, 'F' n, the n bytes of the file being in memory that both share.

typedef struct Child {
  uint64_t file;          // its length
  size_t used, path_length;
  int depth;
  haddr_t above[MAX_DEPTH];   // the groups that we are in
  bool bfloat16;          // an attribute `dtype` of this dataset has been heeded
  char path[1024];        // where we are, for messages; long ones are cut
  char out[1 << 14];
} Child;

static void send_bytes(const char *data, size_t n) {
  while (n > 0) {
    ssize_t k = write(0, data, n);
    if (k < 0 && errno == EINTR) continue;
    if (k <= 0) _exit(1);   // nobody listens
    data += k;
    n -= (size_t)k;
  }
}

static void flush(Child *c) {
  send_bytes(c->out, c->used);
  c->used = 0;
}

static void put(Child *c, const void *data, size_t n) {
  if (n > sizeof c->out - c->used) flush(c);
  if (n > sizeof c->out) {
    send_bytes(data, n);
  } else if (n > 0) {
    memcpy(c->out + c->used, data, n);
    c->used += n;
  }
}

static void put_letter(Child *c, char letter) { put(c, &letter, 1); }
static void put_size(Child *c, uint64_t n) { put(c, &n, sizeof n); }

static void put_text(Child *c, const char *text, size_t n) {
  put_size(c, n);
  put(c, text, n);
}

LN_PRINTF(2, 3) static _Noreturn void refuse(Child *c, const char *format, ...) {
  char text[MAX_TEXT];
  va_list args;
  va_start(args, format);
  int n = vsnprintf(text, sizeof text, format, args);
  va_end(args);
  put_letter(c, 'E');
  put_text(c, text, n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1);
  flush(c);
  _exit(0);
}

static _Noreturn void damaged(Child *c) {
  char reason[160];
  if (lacks_memory())
    refuse(c, "out of memory at '%s' (or the file is damaged and claims too much)", c->path);
  last_reason(reason);
  refuse(c, "the file is damaged ('%s': %s)", c->path, reason);
}

// Appends to the path; returns what leave wants.
static size_t enter(Child *c, char sign, const char *name) {
  size_t before = c->path_length, room = sizeof c->path - before;
  int n = snprintf(c->path + before, room, "%.*s%s", before > 1 || sign == '@', &sign, name);
  c->path_length += n < 0 ? 0 : (size_t)n < room ? (size_t)n : room - 1;
  return before;
}

static void leave(Child *c, size_t before) {
  c->path_length = before;
  c->path[before] = '\0';
}

// An attribute or a dataset that is being read.
typedef struct Source {
  hid_t id, type;
  bool attribute;
  int rank;
  hsize_t shape[H5S_MAX_RANK];
  uint64_t n;        // elements
} Source;

static void *read_source(Child *c, const Source *s, hid_t type, size_t size) {
  void *data = calloc(s->n ? s->n : 1, size);
  if (!data) refuse(c, "'%s' takes more memory than a file of this size may", c->path);
  if (s->n == 0) return data;
  herr_t status = s->attribute ? H5Aread(s->id, type, data)
                               : H5Dread(s->id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data);
  if (status < 0) damaged(c);
  return data;
}

static bool is_bool_type(hid_t type) {
  bool is = H5Tget_nmembers(type) == 2 && H5Tget_size(type) == 1;
  for (unsigned i = 0; is && i < 2; i++) {
    char *name = H5Tget_member_name(type, i);
    int8_t value = -1;
    is = name && H5Tget_member_value(type, i, &value) >= 0 &&
         strcmp(name, value ? "TRUE" : "FALSE") == 0 && (value == 0 || value == 1);
    H5free_memory(name);
  }
  return is;
}

static bool is_opaque_bfloat16(hid_t dataset) {
  char *text = NULL, fixed[64] = "";
  if (H5Aexists(dataset, "dtype") <= 0) return false;
  hid_t id = H5Aopen(dataset, "dtype", H5P_DEFAULT), type = H5Aget_type(id);
  hid_t space = H5Aget_space(id);
  bool is = H5Tget_class(type) == H5T_STRING && H5Sget_simple_extent_npoints(space) == 1;
  if (is && H5Tis_variable_str(type) > 0) {
    is = H5Aread(id, type, &text) >= 0 && text && strcmp(text, BFLOAT16) == 0;
    H5free_memory(text);
  } else if (is) {
    is = H5Tget_size(type) < sizeof fixed && H5Aread(id, type, fixed) >= 0 &&
         strcmp(fixed, BFLOAT16) == 0;
  }
  H5Sclose(space);
  H5Tclose(type);
  H5Aclose(id);
  return is;
}

// The dtype that holds the values; -1 when none does. Attributes become Lua numbers.
static int dtype_of(const Source *s) {
  hid_t type = s->type;
  size_t size = H5Tget_size(type), place[3], exponent, fraction;   // places; numbers of bits
  bool is_signed = H5Tget_sign(type) == H5T_SGN_2;
  switch (H5Tget_class(type)) {
    case H5T_OPAQUE:
      return size == 2 && !s->attribute && is_opaque_bfloat16(s->id) ? LN_BFLOAT16 : -1;
    case H5T_FLOAT:
      if (size == 2 && !s->attribute &&
          H5Tget_fields(type, &place[0], &place[1], &exponent, &place[2], &fraction) >= 0) {
        if (exponent == 5 && fraction == 10) return LN_FLOAT16;
        if (exponent == 8 && fraction == 7) return LN_BFLOAT16;
      }
      return size <= 4 ? LN_FLOAT32 : LN_FLOAT64;
    case H5T_INTEGER:
      if (size == 1 && !is_signed) return LN_UINT8;
      if (size > 8) return -1;
      return is_signed && size <= 4 ? LN_INT32 : LN_INT64;
    case H5T_ENUM: return is_bool_type(type) ? LN_BOOL : -1;
    default: return -1;
  }
}

static void send_numbers(Child *c, const Source *s, LnDtype d) {
  bool wide = H5Tget_class(s->type) == H5T_INTEGER && H5Tget_size(s->type) > 4 &&
              H5Tget_sign(s->type) == H5T_SGN_NONE;
  bool as_it_is = d == LN_BOOL || H5Tget_class(s->type) == H5T_OPAQUE;
  hid_t type = as_it_is ? s->type : wide ? H5T_NATIVE_UINT64 : number_type(d);
  size_t size = H5Tget_size(type);
  void *data = read_source(c, s, type, size);
  for (uint64_t i = 0; wide && i < s->n; i++) {
    uint64_t v = ((const uint64_t *)data)[i];
    if (v > INT64_MAX) refuse(c, "'%s' holds %" PRIu64 ", which int64 cannot", c->path, v);
  }
  put_letter(c, 'T');
  put_letter(c, (char)d);
  put_letter(c, (char)s->rank);
  for (int i = 0; i < s->rank; i++) put_size(c, s->shape[i]);
  put(c, data, s->n * size);
  free(data);
}

static void send_texts(Child *c, const Source *s) {
  htri_t variable = H5Tis_variable_str(s->type);
  size_t size = variable > 0 ? sizeof(char *) : H5Tget_size(s->type);
  H5T_str_t padding = H5Tget_strpad(s->type);
  if (variable < 0 || size == 0) damaged(c);
  if (s->rank > 1) refuse(c, "'%s' holds texts on %d axes; one is read", c->path, s->rank);
  char *data = read_source(c, s, s->type, size);
  put_letter(c, s->rank ? 'L' : 'S');
  if (s->rank) put_size(c, s->n);
  for (uint64_t i = 0; i < s->n; i++) {
    const char *text = data + i * size;
    size_t n;
    if (variable) {
      text = ((char **)(void *)data)[i];
      n = text ? strlen(text) : 0;
    } else if (padding == H5T_STR_NULLTERM) {
      n = strnlen(text, size);
    } else {
      char pad = padding == H5T_STR_SPACEPAD ? ' ' : '\0';
      for (n = size; n > 0 && text[n - 1] == pad; n--) {}
    }
    put_text(c, text, n);
  }
  if (variable) {
    for (uint64_t i = 0; i < s->n; i++) H5free_memory(((char **)(void *)data)[i]);
  }
  free(data);
}

static const char *class_name(H5T_class_t class) {
  static const char *const names[] = {
      [H5T_INTEGER] = "integers of more than 8 bytes", [H5T_TIME] = "times",
      [H5T_BITFIELD] = "bit fields", [H5T_OPAQUE] = "opaque values",
      [H5T_COMPOUND] = "compound values", [H5T_REFERENCE] = "references",
      [H5T_ENUM] = "enumerations", [H5T_VLEN] = "lists of varying length",
      [H5T_ARRAY] = "arrays as elements"};
  return class >= 0 && class < H5T_NCLASSES && names[class] ? names[class] : "unknown values";
}

// most: the bytes that it may claim to hold in the file.
static void send_value(Child *c, hid_t id, bool attribute, uint64_t max_bytes) {
  hid_t space = attribute ? H5Aget_space(id) : H5Dget_space(id);
  Source s = {.id = id, .attribute = attribute, .n = 1};
  s.type = attribute ? H5Aget_type(id) : H5Dget_type(id);
  size_t size = s.type < 0 ? 0 : H5Tget_size(s.type);
  H5S_class_t class = H5Sget_simple_extent_type(space);
  if (size == 0 || class == H5S_NO_CLASS) damaged(c);
  if (class == H5S_NULL) {
    put_letter(c, 'N');
  } else {
    s.rank = H5Sget_simple_extent_ndims(space);
    if (s.rank < 0 || H5Sget_simple_extent_dims(space, s.shape, NULL) < 0) damaged(c);
    if (s.rank > LN_MAX_RANK)
      refuse(c, "'%s' has %d axes, and tensors have at most %d", c->path, s.rank, LN_MAX_RANK);
    bool empty = false;
    for (int i = 0; i < s.rank; i++) empty = empty || s.shape[i] == 0;
    for (int i = 0; i < s.rank && !empty; i++) {
      if (s.shape[i] > max_bytes / s.n)
        refuse(c, "the file is damaged ('%s' claims more than it can hold)", c->path);
      s.n *= s.shape[i];
    }
    if (empty) s.n = 0;
    if (s.n > max_bytes / size)
      refuse(c, "the file is damaged ('%s' claims more than it can hold)", c->path);
    int d = dtype_of(&s);
    if (!attribute) c->bfloat16 = d == LN_BFLOAT16 && H5Tget_class(s.type) == H5T_OPAQUE;
    if (H5Tget_class(s.type) == H5T_STRING) send_texts(c, &s);
    else if (d >= 0) send_numbers(c, &s, (LnDtype)d);
    else refuse(c, "'%s' holds %s, which are not read", c->path, class_name(H5Tget_class(s.type)));
  }
  H5Tclose(s.type);
  H5Sclose(space);
}

static herr_t send_attribute(hid_t object, const char *name, const H5A_info_t *info, void *user) {
  Child *c = user;
  (void)info;
  if (c->bfloat16 && strcmp(name, "dtype") == 0) return 0;
  size_t before = enter(c, '@', name);
  hid_t id = H5Aopen(object, name, H5P_DEFAULT);
  if (id < 0) damaged(c);
  put_letter(c, 'A');
  put_text(c, name, strlen(name));
  send_value(c, id, true, c->file);
  H5Aclose(id);
  leave(c, before);
  return 0;
}

static void send_attributes(Child *c, hid_t object) {
  if (H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, NULL, send_attribute, c) < 0) damaged(c);
  put_letter(c, '.');
}

static void send_dataset(Child *c, hid_t id) {
  hid_t list = H5Dget_create_plist(id);
  if (list < 0) damaged(c);
  H5D_layout_t layout = H5Pget_layout(list);
  int filters = H5Pget_nfilters(list), external = H5Pget_external_count(list);
  if (layout < 0 || filters < 0 || external < 0) damaged(c);
  if (layout == H5D_VIRTUAL)
    refuse(c, "'%s' is a view of other datasets, which are not read", c->path);
  if (external > 0) refuse(c, "'%s' is stored in other files, which are not read", c->path);
  for (int i = 0; i < filters; i++) {
    unsigned flags, config;
    size_t n = 0;
    H5Z_filter_t filter = H5Pget_filter2(list, (unsigned)i, &flags, &n, NULL, 0, NULL, &config);
    if (filter < 0) damaged(c);
    if (filter >= H5Z_FILTER_RESERVED || H5Zfilter_avail(filter) <= 0)
      refuse(c, "'%s' is packed by a filter that libhdf5 does not bring (number %d)", c->path,
             (int)filter);
  }
  H5Pclose(list);
  put_letter(c, 'D');
  send_value(c, id, false, layout == H5D_CHUNKED ? limits_of(c->file).bytes : c->file);
  send_attributes(c, id);
  c->bfloat16 = false;
}

static herr_t send_member(hid_t group, const char *name, const H5L_info_t *info, void *user);

static void send_object(Child *c, hid_t id) {
  H5O_info_t info;
  if (id < 0 || H5Oget_info2(id, &info, H5O_INFO_BASIC) < 0) damaged(c);
  if (info.type == H5O_TYPE_DATASET) {
    send_dataset(c, id);
  } else if (info.type == H5O_TYPE_GROUP) {
    for (int i = 0; i < c->depth; i++)
      if (c->above[i] == info.addr) refuse(c, "'%s' is a group that contains itself", c->path);
    if (c->depth == MAX_DEPTH) refuse(c, "'%s': groups nested deeper than %d", c->path, MAX_DEPTH);
    c->above[c->depth++] = info.addr;
    put_letter(c, 'G');
    if (H5Literate(id, H5_INDEX_NAME, H5_ITER_INC, NULL, send_member, c) < 0) damaged(c);
    c->depth--;
    send_attributes(c, id);
  } else {
    refuse(c, "'%s' is neither a group nor a dataset", c->path);
  }
  H5Oclose(id);
}

static herr_t send_member(hid_t group, const char *name, const H5L_info_t *info, void *user) {
  Child *c = user;
  size_t before = enter(c, '/', name);
  if (info->type != H5L_TYPE_HARD)
    refuse(c, "'%s' is a link (%s), and these are not followed", c->path,
           info->type == H5L_TYPE_SOFT ? "soft" : "external");
  if (!*name || strchr(name, '/')) refuse(c, "the file is damaged (a name is '%s')", name);
  put_letter(c, 'M');
  put_text(c, name, strlen(name));
  send_object(c, H5Oopen(group, name, H5P_DEFAULT));
  leave(c, before);
  return 0;
}

// What the child has to do.
typedef struct Task {
  char *bytes;         // of the file to read; NULL: it writes
  size_t n;
  const Plan *plan;    // of the file to write, into
  void *room;          // this shared memory
  size_t most;
} Task;

// The image is read where it lies: nothing is copied, nothing freed, and nobody else sees this
// process write to it.
static void *image_malloc(size_t n, H5FD_file_image_op_t op, void *user) {
  (void)n, (void)op;
  return user;
}
static void *image_memcpy(void *to, const void *from, size_t n, H5FD_file_image_op_t op,
                          void *user) {
  (void)from, (void)n, (void)op, (void)user;
  return to;
}
static herr_t image_free(void *data, H5FD_file_image_op_t op, void *user) {
  (void)data, (void)op, (void)user;
  return 0;
}
static void *image_user(void *user) { return user; }
// Where a file is written: never anywhere else, and no larger than there is room.
static void *room_malloc(size_t n, H5FD_file_image_op_t op, void *user) {
  const Task *task = user;
  (void)op;
  return n <= task->most ? task->room : NULL;
}
static void *room_realloc(void *data, size_t n, H5FD_file_image_op_t op, void *user) {
  (void)data;
  return room_malloc(n, op, user);
}
static herr_t image_keep(void *user) {
  (void)user;
  return 0;
}

static void limit(int what, rlim_t wanted) {
  struct rlimit now;
  if (getrlimit(what, &now) != 0) return;
  if (wanted > now.rlim_cur) wanted = now.rlim_cur;
  setrlimit(what, &(struct rlimit){wanted, wanted});
}

static void close_others(void) {
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
  closefrom(1);
#else
  long n_files = sysconf(_SC_OPEN_MAX);
  for (int fd = 1; fd < (n_files > 0 && n_files < 65536 ? n_files : 65536); fd++) close(fd);
#endif
}

// Never returns into Lua, runs no finalizer, writes no stream; all signals but SIGPROF are blocked,
// so that a fault ends it without the host's handlers. Its one descriptor, 0, is the pipe.
static void become_child(int fd, const Limits *limits, uint64_t space) {
  sigset_t timer_signal;
  signal(SIGABRT, SIG_DFL);   // abort() unblocks it
  signal(SIGPROF, SIG_DFL);   // ends us when the processor's time is up
  sigemptyset(&timer_signal);
  sigaddset(&timer_signal, SIGPROF);
  sigprocmask(SIG_UNBLOCK, &timer_signal, NULL);
  if (dup2(fd, 0) != 0) _exit(1);
  close_others();
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_NOFILE, 0);
  limit(RLIMIT_FSIZE, 0);
  time_t seconds = (time_t)(limits->cpu / 1000);
  struct itimerval timer = {.it_value = {seconds, (suseconds_t)(limits->cpu % 1000 * 1000)}};
  setitimer(ITIMER_PROF, &timer, NULL);   // RLIMIT_CPU knows whole seconds only
  if (space) limit(RLIMIT_AS, (rlim_t)(space + (64 << 20) + 3 * limits->bytes));
  errno = 0;
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
  H5PLset_loading_state(0);
}

static _Noreturn void read_file(const Task *task) {
  Child c = {.file = task->n, .path = "/", .path_length = 1};
  H5FD_file_image_callbacks_t callbacks = {image_malloc, image_memcpy, NULL, image_free,
                                           image_user,   image_keep,   task->bytes};
  hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  if (H5Pset_fapl_core(access, 1 << 16, 0) < 0 ||
      H5Pset_file_image_callbacks(access, &callbacks) < 0 ||
      H5Pset_file_image(access, task->bytes, task->n) < 0)
    refuse(&c, "out of memory");   // nothing of the file has been read
  // libhdf5 wants that no file has the name; here none can be opened anyway.
  hid_t file = H5Fopen("/dev/null/lunate", H5F_ACC_RDONLY, access);
  if (file < 0) damaged(&c);
  send_object(&c, H5Oopen(file, "/", H5P_DEFAULT));
  flush(&c);
  _exit(0);
}

// ---- The child that writes

typedef struct Writer {
  Child child;                       // for its path, and to send
  hid_t access, creation, links, text, boolean, opaque;   // property lists and types
  hid_t file, above[MAX_DEPTH + 2];  // what was begun and has not ended
  size_t before[MAX_DEPTH + 2];      // the path's length before it
  int depth;
} Writer;

static _Noreturn void cannot_write(Writer *w) {
  char reason[160];
  if (lacks_memory()) refuse(&w->child, "'%s' cannot be written: out of memory", w->child.path);
  last_reason(reason);
  refuse(&w->child, "'%s' cannot be written: %s", w->child.path, reason);
}

// A property list or a type: memory is all that making one can lack, although libhdf5, which makes
// its own first, may name something else.
static hid_t given(Writer *w, hid_t id) {
  if (id < 0) refuse(&w->child, "'%s' cannot be written: out of memory", w->child.path);
  return id;
}

// As h5py makes a file by default, but in memory.
static void open_writer(Writer *w, const Task *task) {
  H5FD_file_image_callbacks_t callbacks = {room_malloc, image_memcpy, room_realloc, image_free,
                                           image_user,  image_keep,   (void *)(uintptr_t)task};
  w->access = given(w, H5Pcreate(H5P_FILE_ACCESS));
  w->creation = given(w, H5Pcreate(H5P_DATASET_CREATE));
  w->links = given(w, H5Pcreate(H5P_LINK_CREATE));
  w->text = given(w, H5Tcopy(H5T_C_S1));
  w->boolean = given(w, new_bool_type());
  w->opaque = given(w, H5Tcreate(H5T_OPAQUE, 2));
  if (H5Pset_fapl_core(w->access, (size_t)1 << 20, 0) < 0 ||
      H5Pset_file_image_callbacks(w->access, &callbacks) < 0 ||
      H5Pset_obj_track_times(w->creation, 0) < 0 ||
      H5Pset_char_encoding(w->links, H5T_CSET_UTF8) < 0 ||
      H5Tset_size(w->text, H5T_VARIABLE) < 0 || H5Tset_cset(w->text, H5T_CSET_UTF8) < 0)
    cannot_write(w);
  w->file = H5Fcreate("/dev/null/lunate", H5F_ACC_TRUNC, H5P_DEFAULT, w->access);
  if (w->file < 0) cannot_write(w);
}

static hid_t new_space(Writer *w, const Item *item) {
  hid_t space = item->rank ? H5Screate_simple(item->rank, item->shape, NULL)
                           : H5Screate(H5S_SCALAR);
  if (space < 0) cannot_write(w);
  return space;
}

static hid_t type_of(const Writer *w, const Item *item) {
  return item->type == TEXT          ? w->text
         : item->type == LN_BOOL     ? w->boolean
         : item->type == LN_BFLOAT16 ? w->opaque
                                     : number_type((LnDtype)item->type);
}

static void write_attribute(Writer *w, const Item *item) {
  size_t before = enter(&w->child, '@', item->name);
  hid_t space = new_space(w, item), type = type_of(w, item);
  hid_t id = H5Acreate2(w->above[w->depth], item->name, type, space, H5P_DEFAULT, H5P_DEFAULT);
  if (id < 0 || H5Awrite(id, type, item->data ? item->data : &item->own) < 0) cannot_write(w);
  H5Aclose(id);
  H5Sclose(space);
  leave(&w->child, before);
}

static void write_dataset(Writer *w, const Item *item) {
  hid_t space = new_space(w, item), type = type_of(w, item), group = w->above[w->depth - 1];
  hid_t id = H5Dcreate2(group, item->name, type, space, w->links, w->creation, H5P_DEFAULT);
  w->above[w->depth] = id;
  if (id < 0 || H5Dwrite(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                         item->data ? item->data : &item->own) < 0)
    cannot_write(w);
  H5Sclose(space);
  if (item->type == LN_BFLOAT16)
    write_attribute(w, &(Item){.letter = 'A', .type = TEXT, .name = "dtype",
                               .own.text = BFLOAT16});
}

static void write_item(Writer *w, const Item *item) {
  if (item->letter == 'A') {
    write_attribute(w, item);
  } else if (item->letter == '.') {
    if (H5Oclose(w->above[w->depth]) < 0) cannot_write(w);
    leave(&w->child, w->before[w->depth--]);
  } else {
    w->before[++w->depth] = enter(&w->child, '/', item->name);
    if (item->letter == 'D') {
      write_dataset(w, item);
    } else {
      w->above[w->depth] = H5Gcreate2(w->above[w->depth - 1], item->name, w->links, H5P_DEFAULT,
                                      H5P_DEFAULT);
      if (w->above[w->depth] < 0) cannot_write(w);
    }
  }
}

static _Noreturn void write_file(const Task *task) {
  Writer w = {.child = {.path = "/", .path_length = 1}};
  open_writer(&w, task);
  w.above[0] = H5Gopen2(w.file, "/", H5P_DEFAULT);
  if (w.above[0] < 0) cannot_write(&w);
  for (size_t i = 0; i < task->plan->n; i++) write_item(&w, &task->plan->items[i]);
  H5Gclose(w.above[0]);
  ssize_t n = H5Fflush(w.file, H5F_SCOPE_LOCAL) < 0 ? -1 : H5Fget_file_image(w.file, NULL, 0);
  if (n < 0) cannot_write(&w);
  put_letter(&w.child, 'F');
  put_size(&w.child, (uint64_t)n);
  flush(&w.child);
  _exit(0);
}

// ---- The parent

typedef struct Job {
  int fd;          // the pipe's reading end, or -1
  pid_t pid;       // or 0
  bool writes;
  void *room;      // the memory that it shares with a child that writes, or NULL
  size_t most;
  const LnExports *core;
  Limits left;
  struct timespec deadline;
  size_t at, end;
  char in[1 << 16];
} Job;

// Ends and reaps the child; its status, or 0 when somebody else reaped it.
static int reap(Job *job) {
  int status = 0;
  pid_t got = 0, pid = job->pid;
  job->pid = 0;
  if (pid == 0) return 0;
  while ((got = waitpid(pid, &status, WNOHANG)) < 0 && errno == EINTR) {}
  if (got == 0) {   // it runs, and so the number is still its own
    kill(pid, SIGKILL);
    while ((got = waitpid(pid, &status, 0)) < 0 && errno == EINTR) {}
  }
  return got == pid ? status : 0;
}

static int job_close(lua_State *L) {
  Job *job = lua_touserdata(L, 1);
  if (job->fd >= 0) close(job->fd);
  job->fd = -1;
  reap(job);
  if (job->room) munmap(job->room, job->most);
  job->room = NULL;
  return 0;
}

static Job *push_job(lua_State *L) {
  Job *job = lua_newuserdatauv(L, sizeof *job, 0);
  job->fd = -1;
  job->pid = 0;
  job->writes = false;
  job->room = NULL;
  job->at = job->end = 0;
  ln_lua_set_class(L, "lunate.hdf5.job", job_close, NULL, false);
  lua_toclose(L, -1);
  return job;
}

static int nonsense(lua_State *L, const Job *job, const char *what) {
  return luaL_error(L, job->writes ? "hdf5: writing fails (%s)" : "hdf5: the file is damaged (%s)",
                    what);
}

// The child is silent for good.
static void ended(lua_State *L, Job *job) {
  // It closes the pipe by ending: a moment for that, so that reap sees why, and has no one to kill.
  for (int i = 0; i < 100; i++) {
    siginfo_t info = {.si_pid = 0};
    int got = waitid(P_PID, (id_t)job->pid, &info, WEXITED | WNOWAIT | WNOHANG);
    if ((got < 0 && errno != EINTR) || info.si_pid != 0) break;
    nanosleep(&(struct timespec){0, 1000000}, NULL);
  }
  int status = reap(job);
  int by = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  if (by == SIGPROF) nonsense(L, job, "libhdf5 does not come to an end on it");
  if (by == SIGKILL)
    luaL_error(L, "hdf5: the process that %s was killed (out of memory?)",
               job->writes ? "wrote" : "read");
  if (job->writes) nonsense(L, job, "libhdf5 gives up, probably out of memory");
  nonsense(L, job, by ? "libhdf5 crashes on it, or for want of memory"
                           : "libhdf5 gives up on it, or for want of memory");
}

static int milliseconds_left(const Job *job) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  int64_t left = (int64_t)(job->deadline.tv_sec - now.tv_sec) * 1000 +
                 (job->deadline.tv_nsec - now.tv_nsec) / 1000000;
  return left <= 0 ? 0 : left < INT32_MAX ? (int)left : INT32_MAX;
}

// Up to n bytes, at least one; raises when there are none.
static size_t receive(lua_State *L, Job *job, void *to, size_t n) {
  for (;;) {
    struct pollfd poller = {.fd = job->fd, .events = POLLIN};
    int left = milliseconds_left(job), ready = poll(&poller, 1, left);
    if (ready == 0 || left == 0) nonsense(L, job, "libhdf5 does not come to an end on it");
    ssize_t got = ready < 0 ? -1 : read(job->fd, to, n);
    if (got > 0) return (size_t)got;
    if (got == 0) ended(L, job);
    if (errno != EINTR && errno != EAGAIN)
      luaL_error(L, "hdf5: reading fails: %s", strerror(errno));
  }
}

static void take(lua_State *L, Job *job, void *to, size_t n) {
  char *at = to;
  while (n > 0) {
    size_t n_read = job->end - job->at;
    if (n_read == 0 && n >= sizeof job->in) {
      size_t got = receive(L, job, at, n);
      at += got, n -= got;
      continue;
    }
    if (n_read == 0) {
      job->at = 0, job->end = 0;
      n_read = job->end = receive(L, job, job->in, sizeof job->in);
    }
    if (n_read > n) n_read = n;
    memcpy(at, job->in + job->at, n_read);
    job->at += n_read;
    at += n_read, n -= n_read;
  }
}

static unsigned char take_byte(lua_State *L, Job *job) {
  unsigned char byte;
  take(L, job, &byte, 1);
  return byte;
}

// Charges n bytes before anything is allocated for them.
static void charge(lua_State *L, Job *job, uint64_t n) {
  if (n > job->left.bytes) nonsense(L, job, "it claims more than a file of its size may hold");
  job->left.bytes -= n;
}

static uint64_t take_size(lua_State *L, Job *job) {
  uint64_t n;
  take(L, job, &n, sizeof n);
  return n;
}

static void push_text(lua_State *L, Job *job) {
  uint64_t n = take_size(L, job);
  luaL_Buffer b;
  charge(L, job, n);
  char *text = luaL_buffinitsize(L, &b, (size_t)n);
  take(L, job, text, (size_t)n);
  luaL_pushresultsize(&b, (size_t)n);
}

static char take_letter(lua_State *L, Job *job) {
  char letter = (char)take_byte(L, job);
  if (letter != 'E') return letter;
  push_text(L, job);
  luaL_error(L, "hdf5: %s", lua_tostring(L, -1));
  return letter;
}

// A name that is not yet in the table at i.
static void push_name(lua_State *L, Job *job, int i) {
  if (job->left.objects-- == 0) nonsense(L, job,
             "it has more objects than a file of its size can hold");
  push_text(L, job);
  lua_pushvalue(L, -1);
  if (lua_rawget(L, i) != LUA_TNIL) nonsense(L, job, "two things have the same name");
  lua_pop(L, 1);
}

static void push_tensor(lua_State *L, Job *job, bool attribute) {
  unsigned d = take_byte(L, job), rank = take_byte(L, job);
  int64_t shape[LN_MAX_RANK];
  uint64_t n = 1;
  if (d >= LN_DTYPES || rank > LN_MAX_RANK) nonsense(L, job, "a tensor is none");
  size_t size = job->core->dtype_size((LnDtype)d);
  for (unsigned i = 0; i < rank; i++) {
    uint64_t dimension = take_size(L, job);
    if (dimension > INT64_MAX) nonsense(L, job, "a tensor is none");
    shape[i] = (int64_t)dimension;
    if (dimension != 0 && n > UINT64_MAX / 8 / dimension) n = UINT64_MAX / 8, dimension = 1;
    n *= dimension;
  }
  charge(L, job, n * size);
  if (attribute && rank == 1 && n == 0 && d == LN_FLOAT64) {
    lua_newtable(L);   // an empty list, as encode writes it
    return;
  }
  union {
    int8_t boolean;
    uint8_t byte;
    int32_t int32;
    int64_t int64;
    float float32;
    double float64;
  } one;
  bool scalar = attribute && rank == 0;
  const LnExports *e = job->core;
  void *data = scalar ? &one : e->push_tensor(e, L, (LnDtype)d, (int)rank, shape, "hdf5")->data;
  take(L, job, data, (size_t)n * size);
  if (d == LN_BOOL)
    for (uint64_t i = 0; i < n; i++) ((uint8_t *)data)[i] = ((uint8_t *)data)[i] != 0;
  if (!scalar) return;
  switch (d) {
    case LN_BOOL: lua_pushboolean(L, one.boolean); break;
    case LN_UINT8: lua_pushinteger(L, one.byte); break;
    case LN_INT32: lua_pushinteger(L, one.int32); break;
    case LN_INT64: lua_pushinteger(L, one.int64); break;
    case LN_FLOAT32: lua_pushnumber(L, (lua_Number)one.float32); break;
    default: lua_pushnumber(L, one.float64); break;
  }
}

static void push_value(lua_State *L, Job *job, bool attribute) {
  uint64_t n;
  switch (take_letter(L, job)) {
    case 'T': push_tensor(L, job, attribute); return;
    case 'S': push_text(L, job); return;
    case 'N': lua_pushboolean(L, 0); return;
    case 'L':
      n = take_size(L, job);
      lua_newtable(L);
      for (uint64_t i = 0; i < n; i++) {   // each costs the child eight bytes at least
        charge(L, job, sizeof(uint64_t));
        push_text(L, job);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
      }
      return;
    default: nonsense(L, job, "libhdf5 talks nonsense");
  }
}

static void push_object(lua_State *L, Job *job, int depth) {
  char letter = take_letter(L, job);
  luaL_checkstack(L, 12, "hdf5");
  bool group = letter == 'G', bare = true;
  if ((!group && (letter != 'D' || depth == 0)) || depth == MAX_DEPTH)   // the root is a group
    nonsense(L, job, "libhdf5 talks nonsense");
  lua_createtable(L, 0, 2);
  int object = lua_gettop(L), attributes = object + 1, members = object + 2;
  lua_newtable(L);
  if (group) lua_newtable(L);
  else push_value(L, job, false);
  while ((letter = take_letter(L, job)) != '.') {
    if (letter == 'A') {
      bare = false;
      push_name(L, job, attributes);
      push_value(L, job, true);
      lua_rawset(L, attributes);
    } else if (letter == 'M' && group) {
      push_name(L, job, members);
      push_object(L, job, depth + 1);
      lua_rawset(L, members);
    } else {
      nonsense(L, job, "libhdf5 talks nonsense");
    }
  }
  bool list = lua_istable(L, members) && lua_rawlen(L, members) == 0;   // bare it were a group
  if (!group && bare && !list) {
    lua_replace(L, object);
    lua_settop(L, object);
    return;
  }
  lua_setfield(L, object, group ? "members" : "dataset");
  lua_setfield(L, object, "attributes");
}

// The bytes that this process has mapped, which count in the child's limit; 0 when unknown.
static uint64_t mapped_bytes(void) {
  char text[64] = "";
  int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  ssize_t n = read(fd, text, sizeof text - 1);
  close(fd);
  return n > 0 ? strtoull(text, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

// A pipe that holds more at a time needs fewer turns.
static void widen(int fd) {
#ifdef F_SETPIPE_SZ
  fcntl(fd, F_SETPIPE_SZ, 1 << 20);
#else
  (void)fd;
#endif
}

static void start_child(lua_State *L, Job *job, const Task *task) {
  int fds[2];
  sigset_t all, before;
  Limits limits = job->left;
  uint64_t space = mapped_bytes();
  if (pipe2(fds, O_CLOEXEC) != 0) luaL_error(L, "hdf5: no pipe: %s", strerror(errno));
  if (task->bytes && limits.bytes > 1 << 20) widen(fds[0]);
  job->fd = fds[0];
  clock_gettime(CLOCK_MONOTONIC, &job->deadline);
  job->deadline.tv_sec += (time_t)(limits.wall / 1000);
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pid_t pid = fork();
  if (pid == 0) {
    become_child(fds[1], &limits, space);
    if (task->plan) write_file(task);
    else read_file(task);
  }
  int reason = errno;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  close(fds[1]);
  if (pid < 0)
    luaL_error(L, "hdf5: no process to %s in: %s", job->writes ? "write" : "read",
               strerror(reason));
  job->pid = pid;
}

// encode(root) -> the bytes of a file. A group is {attributes = {name = value}, members = {name =
// group or dataset}}, both optional; a dataset is a value or {dataset = value, attributes = {...}};
// a value is a tensor of any dtype, a text, a list of texts, an integer (int64), a float (float64)
// or a boolean. An empty list as an attribute or in `dataset` is a float64 array of shape (0,), as
// a member an empty group. The same tables give the same bytes. Errors name the place:
// '/group/member', '/group/member@attribute'.
//   hdf5.encode{members = {kernel = ln.zeros{2, 3}}, attributes = {backend = "lunate"}}
static int encode(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  lua_newtable(L);
  lua_pushnil(L);
  Plan plan = {.held = 2, .place = 3, .core = lua_touserdata(L, lua_upvalueindex(1))};
  add_group(L, &plan, 1, "/", 0);
  lua_settop(L, 3);
  Job *job = push_job(L);
  job->core = plan.core;
  job->writes = true;
  // Each part has a header, each group a heap and a tree; names lie in heaps that grow by halves.
  job->most = (size_t)(plan.bytes + 4 * plan.letters + 8192 * (uint64_t)plan.n + (4 << 20));
  void *room = mmap(NULL, job->most, PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (room == MAP_FAILED)
    return luaL_error(L, "hdf5: out of memory: asked for %I bytes", (LUAI_UACINT)job->most);
  job->room = room;
  int64_t cpu = 10000 + (int64_t)(job->most >> 14);
  job->left = (Limits){job->most, plan.n, cpu, 60000 + 5 * cpu};
  find_values(L, &plan);
  start_child(L, job, &(Task){.plan = &plan, .room = room, .most = job->most});
  uint64_t n = take_letter(L, job) == 'F' ? take_size(L, job) : UINT64_MAX;
  if (n > job->most) return nonsense(L, job, "libhdf5 talks nonsense");
  lua_pushlstring(L, room, (size_t)n);
  return 1;
}

// The signature stands at 0, 512, 1024, 2048, ...
static bool is_hdf5(const char *bytes, size_t n) {
  for (size_t at = 0; at <= n && n - at >= 8; at = at ? 2 * at : 512)
    if (memcmp(bytes + at, "\x89HDF\r\n\x1a\n", 8) == 0) return true;
  return false;
}

// decode(bytes) -> root, in the form that encode takes. Groups have both fields; a dataset with
// attributes is {dataset =, attributes =}, one without is the bare value: a tensor (rank 0 for a
// scalar), a text or a list of texts. Numbers come as the nearest dtype that holds them (float16 as
// float32, int8 as int32, uint16 as int64); attributes that are one number or boolean come as such,
// an empty float64 array as {}; false stands for h5py's Empty. Links other than hard ones, data
// kept elsewhere, plugins, references and compound types are errors that name their place, and so
// is a damaged file.
//   local kernel = hdf5.decode(bytes).members.dense.members.kernel
static int decode(lua_State *L) {
  size_t n;
  const char *bytes = luaL_checklstring(L, 1, &n);
  lua_settop(L, 1);
  if (!is_hdf5(bytes, n)) return luaL_error(L, "hdf5: this is not an HDF5 file");
  Job *job = push_job(L);
  job->core = lua_touserdata(L, lua_upvalueindex(1));
  job->left = limits_of(n);
  start_child(L, job, &(Task){.bytes = (char *)(uintptr_t)bytes, .n = n});
  push_object(L, job, 0);
  return 1;
}

static const luaL_Reg functions[] = {{"encode", encode}, {"decode", decode}, {NULL, NULL}};

int luaopen_lunate_hdf5(lua_State *L);
__attribute__((visibility("default"))) int luaopen_lunate_hdf5(lua_State *L) {
  const LnExports *core = ln_exports(L);
  luaL_newlibtable(L, functions);
  lua_pushlightuserdata(L, (void *)(uintptr_t)core);
  luaL_setfuncs(L, functions, 1);
  return 1;
}
