// Made by `python -m syn0.view.protocol`: what the page and Python say to each other.
// Framing: 4 bytes header length (little-endian), JSON header, arrays at multiples of 8
// bytes from the start of the message, little-endian; offsets count from the header's end.

export const PROTOCOL = "dc560e4ac7dc";

/** Place of an array among those of the message. */
export type Ref = number;

/** A number that a hand wrote into a weight, before a step. */
export interface Edit {
  /** steps taken before it. */
  step: number;
  /** name of the weight, such as syn0. */
  array: string;
  /** row. */
  i: number;
  /** column; 0 of a row of numbers. */
  j: number;
  /** the new number. */
  value: number;
}

/** Which data a run learns from. */
export interface DataChoice {
  /** a built-in name (xor, correlated, iris, …), a 2-D set (circles, moons, spirals, exclusive-or, blobs), or file: a table or a saved model that was dropped on the page. */
  id: string;
  /** of a 2-D set: its rows, 4 to 2,000. */
  rows?: number;
  /** of a 2-D set: 0 to 1. */
  noise?: number;
  /** of a 2-D set: of its random numbers. */
  seed?: number;
  /** of a file: its name. */
  name?: string;
  /** of a file: SHA-256 of its bytes, so that it is known again. */
  hash?: string;
  /** of a table: the column to predict. */
  target?: string;
  /** of a table: columns that are left out. */
  drop?: string[];
}

/** All that a run follows from. Python derives every number from it. */
export interface Recipe {
  data: DataChoice;
  /** net (sizes such as 3-4-1) and the knobs of the network that were turned, by name; without net the table's own pipeline applies, and hidden (64,64) may say its hidden layers. */
  network: Record<string, string | number | boolean | null>;
  /** the knobs of the training that were turned, by name. */
  training: Record<string, string | number | boolean | null>;
  edits: Edit[];
  /** where the page stood: steps taken before. */
  step: number;
  /** and the line that had just run; -1 for none. */
  line: number;
}

/** A piece of a printed line; all of them, joined, are the text to the letter. */
export interface Token {
  text: string;
  kind: "name" | "number" | "operation" | "bracket" | "space";
  /** the array or number that it refers to. */
  name?: string;
  /** the part of the expression that it belongs to. */
  part?: number;
  /** whether the last knob changed it. */
  changed?: boolean;
}

/** An element: its name, and what it holds. */
export interface Markup {
  name: string;
  holds: (string | Markup)[];
}

/** What a part takes: one of the three. */
export interface Operand {
  name?: string;
  /** another part of the same line. */
  part?: number;
  /** a number as it is printed. */
  number?: string;
}

/** An operation in a line. A line's parts are listed outermost first: 0 is the whole. */
export interface Part {
  /** matmul, add, sigmoid, …: a row of program/operations.py. */
  operation: string;
  /** as printed, on one line. */
  text: string;
  takes: Operand[];
  /** of a step with as many rows as the present one. */
  shape: number[];
}

/** A line of the program. */
export interface Line {
  /** the name that it binds. */
  target: string;
  phase: "init" | "forward" | "loss" | "backward" | "update";
  /** the layer that it belongs to; 0 is the input. */
  layer: number;
  /** what it does, in plain words, with the shapes of its products. */
  note: string;
  /** the line as an equation, in MathML. */
  math: Markup;
  /** the text, broken over several lines where it is long. */
  tokens: Token[];
  /** empty where the line only names something: l0 = X. */
  parts: Part[];
  /** the names that it reads. */
  reads: string[];
  /** of its value, in a step of `rows`. */
  shape: number[];
  /** whether it only reports. */
  measured: boolean;
  mark: "same" | "added" | "changed";
}

/** A line of the program before that this one lacks. */
export interface Removed {
  /** the line above which it stood; as many as there are: at the end. */
  before: number;
  tokens: Token[];
  target: string;
}

/** A phase of a step: a run of lines under a heading. */
export interface Section {
  phase: "init" | "forward" | "loss" | "backward" | "update";
  heading: string;
  /** its first line. */
  first: number;
  /** one after its last line. */
  end: number;
}

/** What the last knob did to the program. */
export interface Difference {
  /** name of the knob; empty: nothing was turned. */
  knob: string;
  added: number;
  removed: number;
  changed: number;
  init_added: string[];
  init_removed: string[];
  /** 3 added, 1 changed: to be shown and spoken. */
  words: string;
}

/** A knob, as the specification describes it. */
export interface Knob {
  name: string;
  words: string;
  /** the phase of the program that it changes. */
  group: "start" | "forward" | "loss" | "backward" | "update" | "batches" | "length";
  of: "network" | "training";
  kind: "truth" | "whole" | "number" | "choice" | "text";
  /** as it stands now. */
  value: string | number | boolean | null;
  default: string | number | boolean | null;
  /** whether it may be null, for what `none` says. */
  optional: boolean;
  none: string;
  /** least value. */
  low: number | null;
  /** greatest value. */
  high: number | null;
  /** whether the least value itself is not allowed. */
  low_is_open: boolean;
  high_is_open: boolean;
  /** names that may be chosen; some take a number: huber:1.5. */
  choices: string[];
  /** choices that the page cannot show, each with the reason. */
  left_out: Record<string, string>;
  /** values worth trying. */
  tries: (string | number | boolean | null)[];
  /** why it does nothing now; empty where it does. */
  idle: string;
}

/** The data that the run learns from. */
export interface DataInfo {
  id: string;
  title: string;
  rows: number;
  inputs: string[];
  targets: string[];
  /** names of the classes; empty where numbers are predicted. */
  classes: string[];
  task: "classes" | "numbers";
  /** height, width and channels of a row that is an image; else empty. */
  image: number[];
  /** whether there are two inputs, so that regions can be drawn. */
  plane: boolean;
  /** rows that training does not see. */
  held_out: number;
  /** of a table: all its columns, to choose the target from. */
  columns: string[];
  target: string;
  /** columns that are left out. */
  dropped: string[];
  notes: string[];
}

/** A set of data that may be chosen. */
export interface DataSet {
  id: string;
  title: string;
  /** whether it takes rows, noise and a seed. */
  plane: boolean;
}

/** A run beside others: same data, same start. */
export interface RunInfo {
  run: string;
  /** how it differs from the first: momentum 0.9. */
  words: string;
  /** all that it follows from, and where it stands. */
  recipe: Recipe;
}

/** A run that the page knows from before, to be there again. */
export interface KnownRun {
  run: string;
  /** its step and line are where it stood. */
  recipe: Recipe;
}

/** Where a run stands. */
export interface Standing {
  run: string;
  step: number;
  line: number;
}

/** An array as it is shown: whole up to 1,024 entries, else in blocks; or neither, where the message was full or there is nothing yet. */
export interface Shown {
  name: string;
  shape: number[];
  /** Python's, such as float64; plain numbers are int or float. */
  dtype: string;
  /** whether it stands as computed in this step, as in the last one, or is not there yet. */
  age: "now" | "last" | "none";
  /** whether the line that has just run changed it. */
  changed: boolean;
  /** largest finite size, for the colours; null: no finite entry. */
  limit: number | null;
  /** entries that are NaN or infinite. */
  bad: number;
  /** whole, of this shape. */
  values: Ref | null;
  /** (3, rows, columns) float32: mean, least and greatest of blocks. */
  blocks: Ref | null;
  /** rows and columns of a block; empty without. */
  block: number[];
}

/** A piece of an array, whole: at most 24 rows of 16 columns. */
export interface Window {
  name: string;
  /** its first row. */
  row: number;
  /** its first column. */
  column: number;
  values: Ref;
}

/** The line that has just run, taken apart. */
export interface Opened {
  line: number;
  /** the arrays that it read, as they were before it ran. */
  operands: Shown[];
  /** the value of each of its parts, in their order; named part 0, …. */
  parts: Shown[];
}

/** A number with its name, or a text. */
export interface Figure {
  name: string;
  /** as Python writes it. */
  text: string;
}

/** Begin, from a recipe, a link, or the runs of a page whose connection broke; without any of them, exclusive-or in a 3-4-1 network. */
export interface Open {
  wire?: WireArray[];
  type: "open";
  /** from the address; the first message of a socket. */
  token: string;
  /** the page's PROTOCOL. */
  protocol: string;
  recipe?: Recipe;
  /** what `link` gave. */
  link?: string;
  /** in order. */
  runs?: KnownRun[];
  /** of those, the one that is looked at. */
  present?: string;
}

/** Stand after a line of a step. */
export interface Go {
  wire?: WireArray[];
  type: "go";
  /** steps taken before it. */
  step: number;
  /** the line that has just run; -1 for none, -2 for the last of the step. */
  line: number;
}

/** Go on or back by so many of a unit. Back from the first line of a step leads to the last of the step before. */
export interface Move {
  wire?: WireArray[];
  type: "move";
  unit: "line" | "phase" | "step" | "epoch";
  /** 1 on, -1 back. */
  count: number;
}

/** Go to a line's next run: the present step's where it is still to come, else the next one's */
export interface Find {
  wire?: WireArray[];
  type: "find";
  line: number;
}

/** Train on and on, to the end or to `until`. */
export interface Play {
  wire?: WireArray[];
  type: "play";
  /** steps a second; null for as many as it can. */
  rate: number | null;
  /** a step to stop at. */
  until?: number;
}

/** Stop, and show where. */
export interface Pause {
  wire?: WireArray[];
  type: "pause";
}

/** What to send with frames. */
export interface Watch {
  wire?: WireArray[];
  type: "watch";
  /** names, the dearest first. */
  arrays: string[];
  /** the one of which larger blocks are sent (48x32, else 12x8). */
  detail: string | null;
  /** array, first row, first column. */
  window?: [string, number, number] | null;
  /** whether nobody looks: no frames then. */
  hidden?: boolean;
}

/** Full precision of a piece of an array, at most 1,024 entries. */
export interface AskText {
  wire?: WireArray[];
  type: "text";
  /** a name; or, of the line that has just run, part 0, …. */
  array: string;
  /** first, and one after the last. */
  rows: [number, number];
  columns: [number, number];
}

/** How the examples voted on one weight in this step. */
export interface AskSplit {
  wire?: WireArray[];
  type: "split";
  weight: string;
  i: number;
  j: number;
}

/** Set a knob; the run starts again from the same start. */
export interface TurnKnob {
  wire?: WireArray[];
  type: "knob";
  name: string;
  /** null for the default. */
  value: string | number | boolean | null;
}

/** Write a number into a weight, now: at the start of the present step. */
export interface EditArray {
  wire?: WireArray[];
  type: "edit";
  array: string;
  i: number;
  j: number;
  /** a number as a person writes it, so that it keeps its digits. */
  value: string;
}

/** A frame was painted: the next may come. */
export interface Ack {
  wire?: WireArray[];
  type: "ack";
  sequence: number;
}

/** A second run from the same start, to turn one knob of; it becomes the present one. */
export interface Fork {
  wire?: WireArray[];
  type: "fork";
}

/** Make another run the present one, or leave it for good. */
export interface Select {
  wire?: WireArray[];
  type: "select";
  run: string;
  close?: boolean;
}

/** Learn from other data; a network that fits is chosen, unless `net` says one. */
export interface ChooseData {
  wire?: WireArray[];
  type: "data";
  data: DataChoice;
  /** sizes such as 2-8-1. */
  net?: string;
}

/** A file dropped on the page: a table, packed or not, a saved model, or class folders of images in a .zip file. Its bytes are the only array, of uint8. */
export interface Upload {
  wire?: WireArray[];
  type: "upload";
  /** the file's name. */
  name: string;
  /** the column to predict; the last one without. */
  target?: string;
}

/** One of the pictures beside the program. */
export interface AskReport {
  wire?: WireArray[];
  type: "report";
  kind: "table" | "regions" | "images" | "confusion" | "units" | "statistics" | "network";
  /** of a table or images: the first row. */
  first?: number;
  /** of units: which layer; the last hidden one without. */
  layer?: number;
  /** of a network: each layer's first unit; null: the strongest. */
  windows?: (number | null)[];
  /** of a network: the row of the step. */
  example?: number;
  /** whether it is sent anew with every frame. */
  keep?: boolean;
}

/** The recipe in a few letters. */
export interface AskLink {
  wire?: WireArray[];
  type: "link";
}

/** A file to save. */
export interface Download {
  wire?: WireArray[];
  type: "download";
  what: "program" | "model" | "page";
  /** of a program: one of `languages`. */
  language?: string;
}

/** An exercise: a network whose program is written from memory. */
export interface AskDrill {
  wire?: WireArray[];
  type: "drill";
  /** of the ladder; -1: the present run's own network; without, the first that is not solved. */
  rung?: number;
  /** how much is missing, 1 to 5. */
  level?: number;
}

/** Run a learner's program apart, and compare it with the exercise's. */
export interface CheckProgram {
  wire?: WireArray[];
  type: "check";
  rung: number;
  level: number;
  /** at most 64 KB. */
  program: string;
}

/** A hint for a line of an exercise. */
export interface AskHint {
  wire?: WireArray[];
  type: "hint";
  rung: number;
  level: number;
  /** the name that it binds. */
  line: string;
  /** 0 a question, 1 the shapes, 2 the note, 3 the line. */
  step: number;
}

/** Where a reader stands in the tour, and what was guessed. */
export interface TourVisit {
  /** its name. */
  chapter: string;
  /** the one that is asked, counted from 0. */
  question: number;
  /** by the chapters' names: a question, what was typed, whether it was right. */
  guesses: Record<string, ([number, string, boolean | null])[]>;
}

/** Open the tour, or go to a chapter. The page then shows the run that the chapter speaks of. */
export interface OpenTour {
  wire?: WireArray[];
  type: "tour";
  /** counted from 0; without, where the reader stands. */
  chapter?: number;
  /** of `chapter`, before the connection broke. */
  visit?: TourVisit;
  /** whether its questions are asked once more. */
  again?: boolean;
}

/** Answer the question of the tour that is asked. */
export interface Guess {
  wire?: WireArray[];
  type: "guess";
  /** as it was typed; of options the number, counted from 1; ?: don't know. */
  text: string;
}

/** Ask what follows from a value of the chapter's experiment. */
export interface TryOut {
  wire?: WireArray[];
  type: "try";
  /** as it was typed. */
  text: string;
}

/** Turn the knobs that the chapter speaks of. */
export interface ShowKnobs {
  wire?: WireArray[];
  type: "show";
}

/** Look at the reader's own runs again. */
export interface LeaveTour {
  wire?: WireArray[];
  type: "leave";
}

/** The program of exactly this network, whenever it changes. */
export interface Program {
  wire?: WireArray[];
  /** the run it is of: A, B, …. */
  run: string;
  /** counts up. */
  sequence: number;
  type: "program";
  /** hash of these types: another one wants the page loaded anew. */
  protocol: string;
  title: string;
  /** sizes: 3-4-1. */
  net: string;
  sizes: number[];
  /** of each layer after the inputs. */
  activations: string[];
  dtype: string;
  /** rows of a step. */
  rows: number;
  /** steps that it had taken before: of a saved model. */
  first: number;
  /** of the whole run. */
  steps: number;
  /** steps of an epoch. */
  batches: number;
  sections: Section[];
  /** of a step, in order. */
  lines: Line[];
  /** what runs once, before. */
  init: Line[];
  removed: Removed[];
  difference: Difference;
  knobs: Knob[];
  /** what it learns. */
  weights: string[];
  /** what a step changes and the next one finds: weights, velocities …. */
  state: string[];
  /** the name that holds the prediction. */
  output: string;
  data: DataInfo;
  sets: DataSet[];
  /** the program can be downloaded in. */
  languages: string[];
  runs: RunInfo[];
  recipe: Recipe;
  engine: string;
}

/** Where the run stands and what the watched arrays hold. To be acknowledged once painted. */
export interface Frame {
  wire?: WireArray[];
  /** the run it is of: A, B, …. */
  run: string;
  /** counts up. */
  sequence: number;
  type: "frame";
  /** steps taken before the present one. */
  step: number;
  /** the line of `lines` that has just run; -1 for none. */
  line: number;
  /** how many a step has. */
  lines: number;
  /** of the whole run. */
  steps: number;
  /** passes over the rows taken before the present step. */
  epoch: number;
  /** of this step or, before its line has run, of the last one. */
  loss: number | null;
  error: number | null;
  state: "idle" | "playing" | "waiting" | "paused" | "replaying" | "diverged" | "finished";
  /** steps that were computed again to get here. */
  replayed: number;
  /** while replaying: how much of the way is done, 0 to 1. */
  progress: number | null;
  /** the rows of this step, at most 1,024; empty for all. */
  batch: number[];
  /** in the order in which they are watched. */
  arrays: Shown[];
  opened: Opened | null;
  window: Window | null;
  /** the other runs. */
  others: Standing[];
}

/** Loss and error over the steps of every run, thinned to 2,000 points by least and greatest. */
export interface Curve {
  wire?: WireArray[];
  /** the run it is of: A, B, …. */
  run: string;
  /** counts up. */
  sequence: number;
  type: "curve";
  /** in order. */
  runs: CurveOf[];
}

/** One run's curve. */
export interface CurveOf {
  run: string;
  /** (points,) float64. */
  step: Ref;
  /** (points,) float64. */
  loss: Ref;
  /** (points,) float64. */
  error: Ref;
}

/** Numbers as Python writes them. */
export interface Text {
  wire?: WireArray[];
  /** the run it is of: A, B, …. */
  run: string;
  /** counts up. */
  sequence: number;
  type: "text";
  array: string;
  rows: [number, number];
  columns: [number, number];
  /** row by row. */
  texts: string[][];
}

/** What one example asks of a weight. */
export interface Vote {
  /** of the data. */
  row: number;
  /** the value that went in, as Python writes it. */
  input: string;
  /** the delta of the unit it leads to. */
  delta: string;
  /** their product. */
  text: string;
}

/** A weight's update, split over the examples: the parts sum to the update, bit for bit. */
export interface Split {
  wire?: WireArray[];
  /** the run it is of: A, B, …. */
  run: string;
  /** counts up. */
  sequence: number;
  type: "split";
  weight: string;
  i: number;
  j: number;
  step: number;
  /** the array of the inputs: l0. */
  input_name: string;
  /** the array of the deltas: l1_delta. */
  delta_name: string;
  /** in data order: all up to 12, else the largest 12. */
  votes: Vote[];
  /** (votes,) float64: input x delta of each. */
  products: Ref;
  /** the sum of the votes not listed; empty where all are. */
  others: string;
  /** (5,) float64: others, rounding, their total (the pull's product), old, new weight. */
  sums: Ref;
  /** what the sum of the products and the line's own value differ by. */
  rounding: string;
  /** the product's entry: what the examples ask for together. */
  total: string;
  /** the weight before the step. */
  old: string;
  /** and after it. */
  new: string;
  /** from the pull on: limits, memory (velocity, …), step. */
  stages: Figure[];
}

/** Rows of the data, with what the network says of them. */
export interface TableReport {
  wire?: WireArray[];
  /** the run it is of: A, B, …. */
  run: string;
  /** counts up. */
  sequence: number;
  type: "table";
  first: number;
  total: number;
  columns: string[];
  /** inputs, then targets, then predictions. */
  texts: string[][];
  /** how many of the columns are inputs. */
  inputs: number;
  /** of each row: whether the prediction misses. */
  wrong: boolean[];
}

/** What the network says over a plane of two inputs. */
export interface Regions {
  wire?: WireArray[];
  /** the run it is of: A, B, …. */
  run: string;
  /** counts up. */
  sequence: number;
  type: "regions";
  /** left, right, bottom, top. */
  bounds: [number, number, number, number];
  /** (48, 48) float32, bottom row first; class numbers where there are some. */
  values: Ref;
  /** (rows, 2) float32, at most 1,000. */
  points: Ref;
  /** (rows,) float32. */
  targets: Ref;
  /** how many; 0: numbers from 0 to 1. */
  classes: number;
}

/** Rows as images, with what the network says of them; and a layer's weights as images. */
export interface Images {
  wire?: WireArray[];
  /** the run it is of: A, B, …. */
  run: string;
  /** counts up. */
  sequence: number;
  type: "images";
  first: number;
  total: number;
  shape: number[];
  /** (images, height, width, channels) float32. */
  pixels: Ref;
  said: string[];
  right: string[];
  /** (units, height, width, channels) float32. */
  weights: Ref | null;
}

/** How often each class was taken for which, of the rows that training does not see. */
export interface Confusion {
  wire?: WireArray[];
  /** the run it is of: A, B, …. */
  run: string;
  /** counts up. */
  sequence: number;
  type: "confusion";
  /** which rows were judged. */
  words: string;
  classes: string[];
  /** (classes, classes) int32: true class a row. */
  counts: Ref;
  /** null where numbers are predicted. */
  accuracy: number | null;
  figures: Figure[];
}

/** Where each unit of a layer sits on its activation's curve. */
export interface Units {
  wire?: WireArray[];
  /** the run it is of: A, B, …. */
  run: string;
  /** counts up. */
  sequence: number;
  type: "units";
  layer: number;
  activation: string;
  words: string;
  /** (3, 121) float64: z, value, slope. */
  curve: Ref;
  /** (rows, units) float64, at most 64 rows of 32 units. */
  z: Ref;
  /** (rows, units). */
  values: Ref;
  /** (rows, units). */
  slopes: Ref;
}

/** How each input and hidden unit goes with the target, at the start and now. */
export interface Statistics {
  wire?: WireArray[];
  /** the run it is of: A, B, …. */
  run: string;
  /** counts up. */
  sequence: number;
  type: "statistics";
  names: string[];
  /** of each name: correlation at the start, and now. */
  texts: string[][];
}

/** Some units of a layer. */
export interface SomeUnits {
  /** how many it has. */
  size: number;
  /** those that are told of, at most 10. */
  units: number[];
  /** (units,) float64, of the example; null: not computed yet. */
  values: Ref | null;
  /** largest size in the whole layer, for the colours. */
  limit: number;
  age: "now" | "last" | "none";
}

/** Some units of each layer, and the weights between them. */
export interface NetworkReport {
  wire?: WireArray[];
  /** the run it is of: A, B, …. */
  run: string;
  /** counts up. */
  sequence: number;
  type: "network";
  example: number;
  /** the inputs first. */
  layers: SomeUnits[];
  /** (units below, units above) float64, of each two layers. */
  weights: Ref[];
  /** largest size of all weights there. */
  limits: number[];
}

/** What the program has printed: a line a report, and the tutorial's six errors. */
export interface Printed {
  wire?: WireArray[];
  /** the run it is of: A, B, …. */
  run: string;
  /** counts up. */
  sequence: number;
  type: "printed";
  /** all of them. */
  lines: string[];
}

/** A knob that may help. */
export interface Try {
  name: string;
  value: string | number | boolean | null;
  words: string;
}

/** A number went bad: the run stands after that line. */
export interface Trouble {
  wire?: WireArray[];
  /** the run it is of: A, B, …. */
  run: string;
  /** counts up. */
  sequence: number;
  type: "trouble";
  step: number;
  line: number;
  /** what happened, in one sentence. */
  words: string;
  cause: string;
  /** what the line read. */
  operands: Shown[];
  /** the same arrays in the step before. */
  before: Shown[];
  /** two knobs to try. */
  tries: Try[];
}

/** Something that was asked cannot be done. */
export interface Error {
  wire?: WireArray[];
  /** the run it is of: A, B, …. */
  run: string;
  /** counts up. */
  sequence: number;
  type: "error";
  /** one sentence. */
  words: string;
  /** the type of the message that asked. */
  about: string;
}

/** The runs in a few letters, for the fragment of an address. */
export interface Link {
  wire?: WireArray[];
  /** the run it is of: A, B, …. */
  run: string;
  /** counts up. */
  sequence: number;
  type: "link";
  link: string;
  /** of the state: another machine may round differently. */
  hash: string;
  words: string;
}

/** A file to save; its bytes are an array. */
export interface File {
  wire?: WireArray[];
  /** the run it is of: A, B, …. */
  run: string;
  /** counts up. */
  sequence: number;
  type: "file";
  name: string;
  mime: string;
  /** (bytes,) uint8. */
  content: Ref;
}

/** A network of the drill's ladder. */
export interface LadderRung {
  net: string;
  /** what is new in it. */
  words: string;
  /** the highest level at which it is solved; 0 for none. */
  solved: number;
}

/** What is to be written from memory. */
export interface Exercise {
  wire?: WireArray[];
  /** the run it is of: A, B, …. */
  run: string;
  /** counts up. */
  sequence: number;
  type: "exercise";
  /** its place on the ladder; -1: the run's own network. */
  rung: number;
  level: number;
  /** the network in a few words. */
  title: string;
  /** the text with which one begins. */
  start: string;
  /** the names of the arrays that are looked for, in order. */
  lines: string[];
  /** the one that hints are for. */
  line: string;
  /** how much is missing at each, from the first. */
  levels: string[];
  ladder: LadderRung[];
  /** what the hints of a line are, each telling more. */
  hints: string[];
}

/** What became of an array of the exercise. */
export interface RailMark {
  name: string;
  state: "right" | "lenient" | "merged" | "wrong" | "missing" | "open";
  /** the name that the learner gave it; empty for none. */
  yours: string;
}

/** A part of an array, around where two of them differ most. */
export interface Side {
  /** of the whole. */
  shape: number[];
  /** its first row. */
  row: number;
  /** its first column. */
  column: number;
  /** (rows, columns) float64. */
  values: Ref;
}

/** The first array that is wrong. */
export interface Sides {
  name: string;
  expected: Side;
  found: Side | null;
  /** (rows, columns) uint8, 1 where they differ; null: other shapes. */
  differs: Ref | null;
}

/** What came of a check. */
export interface Verdict {
  wire?: WireArray[];
  /** the run it is of: A, B, …. */
  run: string;
  /** counts up. */
  sequence: number;
  type: "verdict";
  outcome: "right" | "wrong" | "stopped";
  /** of a right one. */
  agreement: "exact" | "approximate" | "";
  /** what is to be said, in sentences; code is indented by four. */
  words: string[];
  /** the likely mistake's short name; empty where it is not known. */
  cause: string;
  rail: RailMark[];
  wrong: Sides | null;
  /** the program's line that is to blame, from 1; 0 for none. */
  at: number;
  /** what the program printed. */
  output: string;
  /** the line of the exercise that hints are for; empty where all are right. */
  line: string;
  /** the exercise's own program, once it is solved. */
  solution: string;
  /** rung and level of what comes next on the ladder. */
  next: [number, number] | null;
}

/** A hint for a line. */
export interface Hint {
  wire?: WireArray[];
  /** the run it is of: A, B, …. */
  run: string;
  /** counts up. */
  sequence: number;
  type: "hint";
  line: string;
  step: number;
  words: string;
}

/** Something of the tour to look at. */
export interface Drawing {
  title: string;
  /** lines of plain text, as wide as they are. */
  text: string;
}

/** What may be answered. */
export interface Wanted {
  kind: "choice" | "name" | "number" | "shape" | "arrows";
  /** in a few words. */
  wanted: string;
  options?: string[];
  /** of arrows: what each is for. */
  names?: string[];
  whole?: boolean;
  least?: number | null;
  most?: number | null;
  dimensions?: number;
}

/** Something to predict. */
export interface TourQuestion {
  kind: "choice" | "name" | "number" | "shape" | "arrows";
  /** in a few words. */
  wanted: string;
  options?: string[];
  /** of arrows: what each is for. */
  names?: string[];
  whole?: boolean;
  least?: number | null;
  most?: number | null;
  dimensions?: number;
  words: string;
  figures: Drawing[];
}

/** What is said to a guess. */
export interface TourReply {
  /** null for don't know. */
  right: boolean | null;
  /** as it was understood. */
  guess: string;
  words: string;
  figures: Drawing[];
}

/** A number to change. */
export interface TourExperiment {
  kind: "choice" | "name" | "number" | "shape" | "arrows";
  /** in a few words. */
  wanted: string;
  options?: string[];
  /** of arrows: what each is for. */
  names?: string[];
  whole?: boolean;
  least?: number | null;
  most?: number | null;
  dimensions?: number;
  words: string;
  label: string;
  /** values worth trying. */
  tries: string[];
}

/** Something that a chapter does on the page. */
export interface TourAction {
  do: "go" | "open" | "split" | "knob" | "play" | "drill";
  /** of the line, the array or the knob. */
  name: string;
  /** place in the array, or what the knob is set to. */
  value: string | number | boolean | null | number[];
}

/** A line of the chapter's program. */
export interface TourLine {
  target: string;
  text: string;
}

/** A chapter in the list of all. */
export interface TourLesson {
  title: string;
  /** whether what was asked in it was answered right. */
  done: boolean;
}

/** A chapter of the tour. In its texts, code stands between backticks. */
export interface TourChapter {
  wire?: WireArray[];
  /** the run it is of: A, B, …. */
  run: string;
  /** counts up. */
  sequence: number;
  type: "chapter";
  /** counted from 0. */
  number: number;
  chapters: TourLesson[];
  /** to go on from, where the connection breaks. */
  visit: TourVisit;
  name: string;
  title: string;
  points: number[];
  net: string;
  data: string;
  /** why it is not told; empty where it is. */
  left_out: string;
  /** why the page does not show its network; empty where it does. */
  note: string;
  paragraphs: string[];
  /** of a step. */
  program: TourLine[];
  /** the targets of those that it speaks of. */
  lines: string[];
  figures: Drawing[];
  /** parts of the page that it speaks of. */
  lights: string[];
  actions: TourAction[];
  questions: TourQuestion[];
  /** to the first questions: those that are answered. */
  replies: TourReply[];
  /** empty until all are. */
  closing: string[];
  /** null until then, or where there is none. */
  experiment: TourExperiment | null;
}

/** What follows from a value that was tried. */
export interface TourOutcome {
  wire?: WireArray[];
  /** the run it is of: A, B, …. */
  run: string;
  /** counts up. */
  sequence: number;
  type: "outcome";
  /** the value, as it was typed. */
  text: string;
  words: string;
  figures: Drawing[];
}

/** Of an array: where it lies, counted from the end of the header. */
export interface WireArray {
  dtype: "float64" | "float32" | "int32" | "uint8";
  shape: number[];
  offset: number;
}

export type ToPython =
  | Open
  | Go
  | Move
  | Find
  | Play
  | Pause
  | Watch
  | AskText
  | AskSplit
  | TurnKnob
  | EditArray
  | Ack
  | Fork
  | Select
  | ChooseData
  | Upload
  | AskReport
  | AskLink
  | Download
  | OpenTour
  | Guess
  | TryOut
  | ShowKnobs
  | LeaveTour
  | AskDrill
  | CheckProgram
  | AskHint;

export type ToPage =
  | Program
  | Frame
  | Curve
  | Text
  | Split
  | TableReport
  | Regions
  | Images
  | Confusion
  | Units
  | Statistics
  | NetworkReport
  | Printed
  | Trouble
  | Error
  | Link
  | File
  | TourChapter
  | TourOutcome
  | Exercise
  | Verdict
  | Hint;
