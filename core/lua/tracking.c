// What the fields of a Lua layer hold: layers, variables and metrics, alone or in tables, are the
// layer's own, in order of assignment.
#include "lua/tracking.h"

#include "lua/arguments.h"
#include "lua/class.h"
#include "lua/handle.h"
#include "lua/messages.h"

// Keys of instance tables, by address: names of fields that hold layers and the like, in the order
// of assignment; what they held when last looked at.
static const char fields_key, held_key;

static bool is_kept(lua_State *L, LnLua *s, int i) {
  return ln_lua_test_object(L, s, i, LN_LAYER) || ln_lua_test_variable(L, s, i) ||
         ln_lua_test_object(L, s, i, LN_METRIC) || ln_lua_is_plain_table(L, i);
}

// Field 2 of object 1 (instance table at 4) became 3: it is now the last that was assigned.
void ln_lua_note_field(lua_State *L, LnLua *s) {
  bool kept = is_kept(L, s, 3);
  lua_settop(L, 4);
  if (lua_rawgetp(L, 4, &fields_key) == LUA_TNIL) {
    if (!kept) return;
    lua_settop(L, 4);
    lua_newtable(L);
    lua_pushvalue(L, 5);
    lua_rawsetp(L, 4, &fields_key);
  }
  int n = (int)lua_rawlen(L, 5), to = 0;
  for (int k = 1; k <= n; k++) {
    lua_rawgeti(L, 5, k);
    if (lua_rawequal(L, -1, 2)) lua_pop(L, 1);
    else lua_rawseti(L, 5, ++to);
  }
  bool held = to < n;
  if (kept) lua_pushvalue(L, 2), lua_rawseti(L, 5, ++to);
  for (int k = to + 1; k <= n; k++) lua_pushnil(L), lua_rawseti(L, 5, k);
  lua_settop(L, 4);
  if (kept || held) ln_lua_sync(L, s, 1);
}

// Walks the value at the top (popped): layers, variables and metrics, in the order of lists, then
// of sorted names, go into the list at `list`; `seen` holds what was met.
static void collect_held(lua_State *L, LnLua *s, int list, int seen) {
  luaL_checkstack(L, 10, "nested tables");
  int top = lua_gettop(L);
  if (!is_kept(L, s, top)) {
    lua_settop(L, top - 1);
    return;
  }
  lua_pushvalue(L, top);
  if (lua_rawget(L, seen) != LUA_TNIL) {
    lua_settop(L, top - 1);
    return;
  }
  lua_settop(L, top);
  lua_pushvalue(L, top);
  lua_pushboolean(L, 1);
  lua_rawset(L, seen);
  if (!lua_istable(L, top)) {
    lua_rawseti(L, list, (lua_Integer)lua_rawlen(L, list) + 1);
    return;
  }
  lua_Integer n = (lua_Integer)lua_rawlen(L, top);
  for (lua_Integer k = 1; k <= n; k++) {
    lua_rawgeti(L, top, k);
    collect_held(L, s, list, seen);
  }
  ln_lua_push_names(L, top);   // top + 1
  lua_Integer names = (lua_Integer)lua_rawlen(L, top + 1);
  for (lua_Integer k = 1; k <= names; k++) {
    lua_rawgeti(L, top + 1, k);
    lua_rawget(L, top);
    collect_held(L, s, list, seen);
  }
  lua_settop(L, top - 1);
}

static bool holds(const LnLayer *l, const LnLayer *other) {
  bool found = l == other;
  for (int i = 0; !found && i < l->n_children; i++) found = holds(l->children[i], other);
  return found;
}

static void refuse_circle(lua_State *L, const LnLayer *l, const LnLayer *child) {
  if (child && holds(child, l))
    luaL_error(L, "layer '%s' cannot be a part of itself", l->base.name);
}

void ln_lua_check_parts(lua_State *L, LnLua *s, int i, int value) {
  if (!is_kept(L, s, value)) return;
  const LnLayer *l = (const LnLayer *)ln_lua_test_object(L, s, i, LN_LAYER);
  int top = lua_gettop(L);
  lua_newtable(L);   // top + 1: what the value holds
  lua_newtable(L);   // top + 2: seen
  lua_pushvalue(L, value);
  collect_held(L, s, top + 1, top + 2);
  for (int k = 1; k <= (int)lua_rawlen(L, top + 1); k++) {
    lua_rawgeti(L, top + 1, k);
    refuse_circle(L, l, (LnLayer *)ln_lua_test_object(L, s, -1, LN_LAYER));
    lua_pop(L, 1);
  }
  lua_settop(L, top);
}

// Pushes the list of what the fields of the object at i hold; nil when there are none.
static void push_held(lua_State *L, LnLua *s, int i) {
  i = lua_absindex(L, i);
  int top = lua_gettop(L);
  lua_getiuservalue(L, i, 1);
  if (lua_rawgetp(L, -1, &fields_key) == LUA_TNIL) {
    lua_settop(L, top);
    lua_pushnil(L);
    return;
  }
  lua_newtable(L);   // top + 3: list
  lua_newtable(L);   // top + 4: seen
  int n = (int)lua_rawlen(L, top + 2);
  for (int k = 1; k <= n; k++) {
    lua_rawgeti(L, top + 2, k);
    lua_rawget(L, top + 1);
    collect_held(L, s, top + 3, top + 4);
  }
  lua_settop(L, top + 3);
  lua_replace(L, top + 1);
  lua_settop(L, top + 1);
}

static bool has_child(const LnLayer *l, const LnLayer *child) {
  for (int i = 0; i < l->n_children; i++)
    if (l->children[i] == child) return true;
  return false;
}

static bool has_variable(const LnLayer *l, const LnVariable *v) {
  for (int i = 0; i < l->n_variables; i++)
    if (l->variables[i] == v) return true;
  return false;
}

// What is held now, the list at `list`, becomes l's, and is put into the set at `now`.
static void take_up(lua_State *L, LnLua *s, LnLayer *l, int list, int now) {
  int n = (int)lua_rawlen(L, list);
  for (int k = 1; k <= n; k++) {
    lua_rawgeti(L, list, k);
    lua_pushvalue(L, -1);
    lua_pushboolean(L, 1);
    lua_rawset(L, now);
    LnLayer *child = (LnLayer *)ln_lua_test_object(L, s, -1, LN_LAYER);
    LnVariable *v = ln_lua_test_variable(L, s, -1);
    refuse_circle(L, l, child);
    if ((child && !has_child(l, child) && !ln_layer_add_child(&s->context, l, child)) ||
        (v && !has_variable(l, v) && !ln_layer_add_variable(&s->context, l, v)))
      ln_lua_raise(L, s, NULL);
    lua_pop(L, 1);
  }
}

// What the set at `before` has and the one at `now` has not is l's no more.
static void let_go(lua_State *L, LnLua *s, LnLayer *l, int before, int now) {
  if (!lua_istable(L, before)) return;
  lua_pushnil(L);
  while (lua_next(L, before)) {
    lua_pop(L, 1);
    lua_pushvalue(L, -1);
    bool held = lua_rawget(L, now) != LUA_TNIL;
    lua_pop(L, 1);
    if (held) continue;
    LnLayer *child = (LnLayer *)ln_lua_test_object(L, s, -1, LN_LAYER);
    LnVariable *v = ln_lua_test_variable(L, s, -1);
    if (child) ln_layer_remove_child(l, child);
    if (v) ln_layer_remove_variable(l, v);
  }
}

void ln_lua_sync(lua_State *L, LnLua *s, int i) {
  i = lua_absindex(L, i);
  LnHandle *h = ln_lua_test_handle(L, s, i, LN_LAYER);
  if (!h || !h->in_lua || !h->object) return;
  LnLayer *l = (LnLayer *)h->object;
  int top = lua_gettop(L), list = top + 1, instance = top + 2, before = top + 3, now = top + 4;
  push_held(L, s, i);
  if (lua_istable(L, list)) {
    lua_getiuservalue(L, i, 1);
    lua_rawgetp(L, instance, &held_key);
    lua_newtable(L);
    take_up(L, s, l, list, now);
    let_go(L, s, l, before, now);
    lua_settop(L, now);
    lua_rawsetp(L, instance, &held_key);
  }
  lua_settop(L, top);
}

LnLayer *ln_lua_check_synced(lua_State *L, LnLua *s, const char *what) {
  LnLayer *l = (LnLayer *)ln_lua_check_object(L, s, 1, LN_LAYER, what);
  ln_lua_sync_all(L, s, l);
  return l;
}

// core.held(layer): the layers, variables and metrics in its fields, in order; nil for none.
static int held(lua_State *L) {
  LnLua *s = ln_lua(L);
  ln_lua_check_object(L, s, 1, LN_LAYER, "held");
  push_held(L, s, 1);
  return 1;
}

// core.fields(layer): the names (or other keys) of the fields that hold such things, in order.
static int fields(lua_State *L) {
  LnLua *s = ln_lua(L);
  ln_lua_check_object(L, s, 1, LN_LAYER, "fields");
  lua_settop(L, 1);
  lua_getiuservalue(L, 1, 1);
  lua_newtable(L);
  if (!lua_istable(L, 2) || lua_rawgetp(L, 2, &fields_key) == LUA_TNIL) return lua_settop(L, 3), 1;
  int n = (int)lua_rawlen(L, 4);
  for (int k = 1; k <= n; k++) lua_rawgeti(L, 4, k), lua_rawseti(L, 3, k);
  return lua_settop(L, 3), 1;
}

static void sync_all(lua_State *L, LnLua *s, const LnLayer *l) {
  luaL_checkstack(L, 8, "nested layers");
  if (ln_lua_find_object(L, s, &l->base)) {
    ln_lua_sync(L, s, -1);
    lua_pop(L, 1);
  }
  for (int i = 0; i < l->n_children; i++) sync_all(L, s, l->children[i]);
}

void ln_lua_sync_all(lua_State *L, LnLua *s, const LnLayer *l) { sync_all(L, s, l); }

// core.layer_options(layer): the names of the options of its built-in class that hold layers.
static int layer_options(lua_State *L) {
  LnLua *s = ln_lua(L);
  const LnObject *layer = ln_lua_check_object(L, s, 1, LN_LAYER, "layer_options");
  const LnOption *option;
  int n = 0;
  lua_newtable(L);
  for (int i = 0; (option = ln_class_option_at(layer->cls, i)); i++) {
    const LnOptionRow *row = &ln_option_rows[option->kind];
    if (!row->objects || row->object != LN_LAYER) continue;
    lua_pushstring(L, option->name);
    lua_rawseti(L, -2, ++n);
  }
  return 1;
}

// core.layer_inputs(layer): the names of its inputs, where its built-in class has names for them.
static int layer_inputs(lua_State *L) {
  LnLua *s = ln_lua(L);
  const LnObject *layer = ln_lua_check_object(L, s, 1, LN_LAYER, "layer_inputs");
  const char *p = ((const LnLayerClass *)layer->cls)->inputs;
  int n = 0;
  lua_newtable(L);
  for (; p && *p; p += strcspn(p, " "), p += strspn(p, " ")) {
    lua_pushlstring(L, p, strcspn(p, " "));
    lua_rawseti(L, -2, ++n);
  }
  return 1;
}

const char *ln_lua_attribute(const LnLayer *l, int child, size_t *length) {
  const char *parts = ((const LnLayerClass *)l->base.cls)->parts;
  const char *name = l->children[child]->base.name;
  for (const char *p = parts; p && *p; p += strcspn(p, " "), p += strspn(p, " ")) {
    const size_t n = strcspn(p, ":"), same = p[n - 1] == '*' ? n - 1 : n;
    *length = strcspn(p, " ") - n - 1;
    if (name && strncmp(p, name, same) == 0 && (same < n || !name[n])) return p + n + 1;
  }
  return NULL;
}

// core.layer_parts(layer): {attribute, layer} of each layer that its built-in class makes.
static int layer_parts(lua_State *L) {
  LnLua *s = ln_lua(L);
  const LnLayer *l = (LnLayer *)ln_lua_check_object(L, s, 1, LN_LAYER, "layer_parts");
  lua_newtable(L);
  const int list = lua_gettop(L);
  for (int i = 0; i < l->n_children; i++) {
    size_t length;
    const char *attribute = ln_lua_attribute(l, i, &length);
    if (!attribute) continue;
    lua_createtable(L, 2, 0);
    lua_pushlstring(L, attribute, length), lua_rawseti(L, -2, 1);
    ln_lua_push_object(L, s, &l->children[i]->base), lua_rawseti(L, -2, 2);
    lua_rawseti(L, list, (lua_Integer)lua_rawlen(L, list) + 1);
  }
  return 1;
}

void ln_register_tracking(lua_State *L) {
  static const luaL_Reg functions[] = {{"held", held}, {"fields", fields},
                                       {"layer_options", layer_options},
                                       {"layer_inputs", layer_inputs},
                                       {"layer_parts", layer_parts}, {NULL, NULL}};
  ln_lua_setfuncs(L, functions);
}
