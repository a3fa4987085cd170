// Objects made whole: by name with their defaults, and after their options are filled.
#include "nn/nn.h"

// The layers among the options of a layer are parts of it.
static bool adopt(LnContext *c, LnLayer *l) {
  const LnOption *option;
  LnObject *part;
  for (int i = 0; (option = ln_class_option_at(l->base.cls, i)); i++) {
    for (int64_t k = 0; (part = ln_option_object(option, l, k)); k++)
      if (part->cls->kind == LN_LAYER && !ln_layer_add_child(c, l, (LnLayer *)part)) return false;
  }
  return true;
}

bool ln_object_init(LnContext *c, LnObject *o) {
  if (o->cls->init && !o->cls->init(c, o)) return false;
  return o->cls->kind != LN_LAYER || adopt(c, (LnLayer *)o);
}

LnObject *ln_object_by_name(LnContext *c, int kind, const char *name) {
  if (kind == LN_ACTIVATION) return (LnObject *)ln_activation_new(c, name);
  const LnClass *cls = ln_class_find((LnKind)kind, name);
  if (!cls) {
    ln_fail(c, "unknown %s '%s'", ln_kinds[kind].name, name);
    return NULL;
  }
  LnObject *o = ln_object_new(c, cls);
  if (o && !ln_object_init(c, o)) {
    ln_object_release(o);
    return NULL;
  }
  return o;
}
