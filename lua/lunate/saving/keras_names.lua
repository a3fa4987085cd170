--- The classes of Keras 3, as a set of names: that a file needs one of them which lunate does not
-- have is another error than a class that nobody knows. TensorFlow's own that its files may name
-- stand at the end.

local names = {}

for name in ([[
  Layer Input InputLayer InputSpec Identity Dense EinsumDense Embedding ReversibleEmbedding Masking
  Lambda Wrapper Activation ReLU LeakyReLU PReLU ELU Softmax Conv1D Conv2D Conv3D SeparableConv1D
  SeparableConv2D DepthwiseConv1D DepthwiseConv2D Conv1DTranspose Conv2DTranspose Conv3DTranspose
  MaxPooling1D MaxPooling2D MaxPooling3D AveragePooling1D AveragePooling2D AveragePooling3D
  GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D GlobalAveragePooling1D
  GlobalAveragePooling2D GlobalAveragePooling3D AdaptiveAveragePooling1D AdaptiveAveragePooling2D
  AdaptiveAveragePooling3D AdaptiveMaxPooling1D AdaptiveMaxPooling2D AdaptiveMaxPooling3D RNN
  SimpleRNN SimpleRNNCell LSTM LSTMCell GRU GRUCell StackedRNNCells Bidirectional TimeDistributed
  ConvLSTM1D ConvLSTM2D ConvLSTM3D CategoryEncoding Discretization Hashing HashedCrossing
  Normalization StringLookup IntegerLookup TextVectorization Resizing Rescaling CenterCrop
  Pipeline AutoContrast AugMix CutMix Equalization MaxNumBoundingBoxes MelSpectrogram MixUp
  RandAugment RandomBrightness RandomColorDegeneration RandomColorJitter RandomContrast RandomCrop
  RandomElasticTransform RandomErasing RandomFlip RandomGaussianBlur RandomGrayscale RandomHue
  RandomInvert RandomPerspective RandomPosterization RandomRotation RandomSaturation
  RandomSharpness RandomShear RandomTranslation RandomZoom STFTSpectrogram Solarization
  ContrastLimitedAdaptiveHistogramEqualization TernaryDense
  BatchNormalization LayerNormalization UnitNormalization GroupNormalization RMSNormalization
  SpectralNormalization Dropout SpatialDropout1D SpatialDropout2D SpatialDropout3D AlphaDropout
  GaussianDropout GaussianNoise ActivityRegularization MultiHeadAttention GroupedQueryAttention
  Attention AdditiveAttention Reshape Flatten RepeatVector Permute Cropping1D Cropping2D Cropping3D
  UpSampling1D UpSampling2D UpSampling3D ZeroPadding1D ZeroPadding2D ZeroPadding3D Concatenate
  Average Maximum Minimum Add Subtract Multiply Dot TorchModuleWrapper JaxLayer FlaxLayer
  TFSMLayer Sequential Functional Model
  SGD RMSprop Adam AdamW Adadelta Adagrad Adamax Adafactor Nadam Ftrl Lion Lamb Muon
  LossScaleOptimizer MultiOptimizer ScheduleFreeAdamW
  ExponentialDecay PiecewiseConstantDecay PolynomialDecay InverseTimeDecay
  CosineDecay CosineDecayRestarts LearningRateSchedule
  Loss CTC Dice Tversky Circle Hinge SquaredHinge CategoricalHinge MeanSquaredError
  MeanAbsoluteError MeanAbsolutePercentageError MeanSquaredLogarithmicError CosineSimilarity
  Poisson KLDivergence LogCosh Huber BinaryCrossentropy BinaryFocalCrossentropy
  CategoricalCrossentropy CategoricalFocalCrossentropy SparseCategoricalCrossentropy
  CategoricalGeneralizedCrossEntropy
  Metric Mean Sum MeanMetricWrapper Accuracy BinaryAccuracy CategoricalAccuracy
  SparseCategoricalAccuracy TopKCategoricalAccuracy SparseTopKCategoricalAccuracy AUC Precision
  Recall TruePositives TrueNegatives FalsePositives FalseNegatives PrecisionAtRecall
  RecallAtPrecision SensitivityAtSpecificity SpecificityAtSensitivity F1Score FBetaScore IoU
  BinaryIoU MeanIoU OneHotIoU OneHotMeanIoU R2Score RootMeanSquaredError LogCoshError
  PearsonCorrelation ConcordanceCorrelation
  Initializer Constant Zeros Ones Identity RandomNormal RandomUniform TruncatedNormal
  VarianceScaling GlorotNormal GlorotUniform HeNormal HeUniform LecunNormal LecunUniform Orthogonal
  STFT L1 L2 L1L2 OrthogonalRegularizer Regularizer MaxNorm MinMaxNorm NonNeg UnitNorm Constraint
  DTypePolicy FloatDTypePolicy QuantizedDTypePolicy
  TensorFlowOpLayer TFOpLambda SlicingOpLambda ClassMethod InstanceProperty InstanceMethod
  DenseFeatures ThresholdedReLU CuDNNGRU CuDNNLSTM LocallyConnected1D LocallyConnected2D
  RandomFourierFeatures SyncBatchNormalization RandomHeight RandomWidth
]]):gmatch("%S+") do
  names[name] = true
end

return names
