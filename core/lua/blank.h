// The blank classes that Lua's own are made of.
#ifndef LN_LUA_BLANK_H
#define LN_LUA_BLANK_H

#include "nn/nn.h"

const LnClass *ln_lua_class(LnKind kind);
const LnClass *ln_lua_model_class(void);
const LnClass *ln_lua_mean_metric_class(void);   // metrics that are a mean of a function
bool ln_lua_is_blank(const LnClass *cls);
bool ln_lua_add_slot(LnObject *optimizer, const char *name);   // false: none can be added

#endif
