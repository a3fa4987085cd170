// What SimpleRNN, LSTM and GRU and their cells are made with, under the names of Keras.
#ifndef LN_NN_LAYERS_RECURRENT_CELLS_H
#define LN_NN_LAYERS_RECURRENT_CELLS_H

#include "nn/layers/_recurrent.h"

typedef enum LnCellKind { LN_CELL_SIMPLE, LN_CELL_LSTM, LN_CELL_GRU } LnCellKind;

typedef struct LnCellOptions {
  int64_t units, seed;
  LnActivation *activation, *recurrent_activation;
  bool use_bias, unit_forget_bias, reset_after;
  LnObject *kernel_initializer, *recurrent_initializer, *bias_initializer;
  LnObject *kernel_regularizer, *recurrent_regularizer, *bias_regularizer;
  LnObject *kernel_constraint, *recurrent_constraint, *bias_constraint;
  double dropout, recurrent_dropout;
} LnCellOptions;

// A new object of a cell's class, whose struct begins with LnLayer and LnCellOptions, with these
// options; its init is still to be run.
LnLayer *ln_cell_like(LnContext *c, const LnClass *cls, const char *name, const LnCellOptions *o,
                      const LnLayer *like);
// A new cell of that kind with these options, named as Keras names the cell of a layer.
LnLayer *ln_cell_new(LnContext *c, LnCellKind kind, const LnCellOptions *o, const LnLayer *like);

#define CELL_FIELD(T, field) (offsetof(T, o) + offsetof(LnCellOptions, field))
#define CELL_UNITS(T)                                                                           \
  {"units", LN_OPT_INTEGER, CELL_FIELD(T, units), NULL, "> 0",                                  \
   .doc = "how many numbers the output and each state have"},                                   \
  CELL_ACTIVATION(T)
#define CELL_ACTIVATION(T)                                                                      \
  {"activation", LN_OPT_ACTIVATION, CELL_FIELD(T, activation), "tanh", .nullable = true,        \
   .doc = "of the candidate and the state"}
#define CELL_GATES(T)                                                                           \
  {"recurrent_activation", LN_OPT_ACTIVATION, CELL_FIELD(T, recurrent_activation), "sigmoid",   \
   .nullable = true, .doc = "of the gates"}
#define CELL_INITIALIZERS(T)                                                                    \
  {"use_bias", LN_OPT_BOOL, CELL_FIELD(T, use_bias), "true", .doc = "whether a bias is added"}, \
  {"kernel_initializer", LN_OPT_INITIALIZER, CELL_FIELD(T, kernel_initializer),                 \
   "glorot_uniform", .nullable = true, .doc = "of the kernel"},                                 \
  {"recurrent_initializer", LN_OPT_INITIALIZER, CELL_FIELD(T, recurrent_initializer),           \
   "orthogonal", .nullable = true, .doc = "of the recurrent kernel"},                           \
  {"bias_initializer", LN_OPT_INITIALIZER, CELL_FIELD(T, bias_initializer), "zeros",            \
   .nullable = true, .doc = "of the bias"}
#define CELL_FORGET(T)                                                                          \
  {"unit_forget_bias", LN_OPT_BOOL, CELL_FIELD(T, unit_forget_bias), "true",                    \
   .doc = "whether the bias of the forget gate is 1 at first"}
#define CELL_REGULARIZERS(T)                                                                    \
  {"kernel_regularizer", LN_OPT_REGULARIZER, CELL_FIELD(T, kernel_regularizer), "none",         \
   .doc = "adds to the loss by the kernel"},                                                    \
  {"recurrent_regularizer", LN_OPT_REGULARIZER, CELL_FIELD(T, recurrent_regularizer), "none",   \
   .doc = "adds to the loss by the recurrent kernel"},                                          \
  {"bias_regularizer", LN_OPT_REGULARIZER, CELL_FIELD(T, bias_regularizer), "none",             \
   .doc = "adds to the loss by the bias"}
#define CELL_CONSTRAINTS(T)                                                                     \
  {"kernel_constraint", LN_OPT_CONSTRAINT, CELL_FIELD(T, kernel_constraint), "none",            \
   .doc = "what the kernel is brought back to after each step"},                                \
  {"recurrent_constraint", LN_OPT_CONSTRAINT, CELL_FIELD(T, recurrent_constraint), "none",      \
   .doc = "what the recurrent kernel is brought back to after each step"},                      \
  {"bias_constraint", LN_OPT_CONSTRAINT, CELL_FIELD(T, bias_constraint), "none",                \
   .doc = "what the bias is brought back to after each step"},                                  \
  {"dropout", LN_OPT_NUMBER, CELL_FIELD(T, dropout), "0", "[0, 1]",                             \
   .doc = "the share of the inputs that is dropped in training, the same in all steps"},        \
  {"recurrent_dropout", LN_OPT_NUMBER, CELL_FIELD(T, recurrent_dropout), "0", "[0, 1]",         \
   .doc = "the share of the states that is dropped in training, the same in all steps"}
#define CELL_SEED(T)                                                                            \
  {"seed", LN_OPT_INTEGER, CELL_FIELD(T, seed), "none",                                         \
   .doc = "of a generator of its own; none: the one of set_seed"}
#define CELL_RESET(T)                                                                           \
  {"reset_after", LN_OPT_BOOL, CELL_FIELD(T, reset_after), "true",                              \
   .doc = "whether the reset gate comes after the product with the recurrent kernel"}

#endif
