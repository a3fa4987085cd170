// What EinsumDense is made of, for layers that are made of it.
#ifndef LN_NN_LAYERS_EINSUM_DENSE_H
#define LN_NN_LAYERS_EINSUM_DENSE_H

#include "nn/nn.h"

typedef struct EinsumDense {
  LnLayer layer;
  char *equation;       // "abc,cde->abde"
  LnInts output_shape;  // of the output's labels behind the batch and "...", -1 where the input's
  char *bias_axes;      // labels of the output; NULL: no bias
  LnActivation *activation;
  LnObject *kernel_initializer, *bias_initializer;
  LnObject *kernel_regularizer, *bias_regularizer, *activity_regularizer;
  LnObject *kernel_constraint, *bias_constraint;
  // Where the equation is that of a dense layer: how many axes of the input's end the kernel begins
  // with, and how many others take their place; 0: it is another one.
  int bound, added;
} EinsumDense;

#endif
