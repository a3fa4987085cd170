// Objects: instances of classes, filled with their defaults, counted and freed.
#include <stdlib.h>

#include "nn/nn.h"

_Atomic uint64_t ln_generation = 1;

static void release_layer(LnLayer *l) {
  for (int i = 0; i < l->n_variables; i++) ln_variable_release(l->variables[i]);
  for (int i = 0; i < l->n_children; i++) ln_object_release(l->children[i]);
  free(l->variables);
  free(l->children);
  free(l->more_shapes);
  for (LnArgument *a = l->lua_arguments; a && a->name; a++) free((char *)(uintptr_t)a->name);
  free(l->lua_arguments);
}

static void end(void *object) {
  LnObject *o = object;
  const LnOption *option;
  if (o->cls->free) o->cls->free(o);
  if (o->cls->kind == LN_LAYER) release_layer((LnLayer *)o);
  for (int i = 0; (option = ln_class_option_at(o->cls, i)); i++) ln_option_free(option, o);
  free(o->name);   // of kinds that have no such option; the others' is gone
  free(o);
}

LnObject *ln_object_new(LnContext *c, const LnClass *cls) {
  const LnOption *option;
  LnObject *o = calloc(1, cls->size);
  if (!o) {
    ln_fail(c, "out of memory");
    return NULL;
  }
  o->counted = (LnCounted){1, end};
  o->cls = cls;
  if (cls->kind == LN_LAYER) {
    const LnLayerClass *layer = (const LnLayerClass *)cls;
    ((LnLayer *)o)->supports_masking = layer->masks || layer->compute_mask;
  }
  // All are None first, so that freeing a half-made object is safe.
  for (int i = 0; (option = ln_class_option_at(cls, i)); i++) ln_option_none(option, o);
  for (int i = 0; (option = ln_class_option_at(cls, i)); i++) {
    if (ln_option_default(c, option, o)) continue;
    ln_object_release(o);
    return NULL;
  }
  return o;
}

void ln_variable_release(LnVariable *v) {
  if (!v || --v->refs > 0) return;
  ln_release(v->value);
  ln_object_release(v->regularizer);
  ln_object_release(v->constraint);
  free(v->name);
  free(v->path);
  free(v);
}
