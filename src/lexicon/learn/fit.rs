//! Fits the weights of terms: logistic regression with a squared penalty, exact, by cyclic coordinate descent. A term pays
//! less the more its counts alone tell the labels apart (the log-count ratio of Wang and Manning, "Baselines and Bigrams",
//! 2012), so that what says little is held near zero. The second derivative is replaced by its upper bound (Böhning and
//! Lindsay 1988), so that no step ever overshoots. Kept crates offer one penalty for all terms.

use super::{Example, Figures, Options, PENALTIES, Table, WEIGHT_MIN, folds::Folds};
use crate::lexicon::row::WEIGHT_MILLIS;

/// A fit is done when no weight moves by more than this.
const PRECISION: f64 = 1e-4;

/// Most rounds over all terms.
const ROUNDS_MAX: usize = 300;

/// Least weight of the score of the lexicon below: the rows add to it and never replace it.
const SCALE_MIN: f64 = 0.1;

/// Beyond this a score says no more about the label, in thousandths.
const SCORE_MAX: f64 = 3000.0;

/// Weights of terms by number, in thousandths of score.
pub(super) type Weights = Vec<(usize, i32)>;

/// The conversations as numbers.
pub(super) struct Problem<'t> {
    examples: &'t [Example<'t>],
    table: &'t Table,
    options: &'t Options,
}

impl<'t> Problem<'t> {
    pub(super) fn new(examples: &'t [Example<'t>], table: &'t Table, options: &'t Options) -> Self {
        Self { examples, table, options }
    }

    /// The scores of all conversations, each by weights that were learnt without its part.
    pub(super) fn nested(&self, folds: &Folds, all: &[usize]) -> Vec<i32> {
        let mut scores = vec![0; self.examples.len()];
        for (rest, held) in folds.split(all) {
            let weights = self.chosen(folds, &rest);
            self.score(&weights, &held, &mut scores);
        }
        scores
    }

    /// The weights by the penalty that does best on parts that were held out; of equal ones the strongest.
    pub(super) fn chosen(&self, folds: &Folds, examples: &[usize]) -> Weights {
        let mut scores = vec![vec![0; self.examples.len()]; PENALTIES.len()];
        for (rest, held) in folds.split(examples) {
            for (weights, scores) in self.path(&rest).iter().zip(&mut scores) {
                self.score(weights, &held, scores);
            }
        }
        let quality = |scores: &Vec<i32>| self.figures_of(scores, examples).quality();
        let best = scores.iter().enumerate().rev().max_by_key(|(_, scores)| quality(scores));
        let best = best.map_or(0, |(index, _)| index);
        self.path(examples).into_iter().nth(best).unwrap_or_default()
    }

    /// The figures of scores of all conversations.
    pub(super) fn figures(&self, scores: &[i32]) -> Figures {
        let all: Vec<usize> = (0..self.examples.len()).collect();
        self.figures_of(scores, &all)
    }

    fn figures_of(&self, scores: &[i32], examples: &[usize]) -> Figures {
        let scored =
            examples.iter().filter_map(|index| Some((*scores.get(*index)?, self.examples.get(*index)?.negative)));
        Figures::new(&scored.collect::<Vec<_>>(), self.options.threshold_millis)
    }

    fn score(&self, weights: &Weights, examples: &[usize], scores: &mut [i32]) {
        let mut dense = vec![0; self.table.terms.len()];
        for (term, weight) in weights {
            if let Some(slot) = dense.get_mut(*term) {
                *slot = *weight;
            }
        }
        for index in examples {
            if let (Some(example), Some(found), Some(score)) =
                (self.examples.get(*index), self.table.found.get(*index), scores.get_mut(*index))
            {
                let learnt: i32 = found.iter().filter_map(|term| dense.get(*term)).sum();
                *score = example.score_millis.saturating_add(learnt);
            }
        }
    }

    /// The weights for every penalty, the strongest first; each fit begins where the one before ended.
    fn path(&self, examples: &[usize]) -> Vec<Weights> {
        let mut descent = self.descent(examples);
        let fit = |penalty: &u32| {
            descent.run(f64::from(*penalty) / 1000.0);
            self.weights(&descent)
        };
        PENALTIES.iter().map(fit).collect()
    }

    #[expect(clippy::cast_precision_loss, reason = "nobody labels 2^52 conversations")]
    fn descent(&self, examples: &[usize]) -> Descent {
        let negative = examples.iter().filter(|index| self.examples.get(**index).is_some_and(|e| e.negative)).count();
        let share = |count: usize| examples.len() as f64 / (2 * count.max(1)) as f64;
        let costs = [share(negative), share(examples.len() - negative)];
        let mut columns = vec![Vec::new(); self.table.terms.len()];
        let mut cases = Vec::with_capacity(examples.len());
        for (place, index) in examples.iter().enumerate() {
            let (Some(example), Some(found)) = (self.examples.get(*index), self.table.found.get(*index)) else {
                continue;
            };
            for term in found {
                columns.get_mut(*term).into_iter().for_each(|column| column.push(place));
            }
            let [negative, other] = costs;
            let (sign, cost) = if example.negative { (1.0, negative) } else { (-1.0, other) };
            let score = f64::from(example.score_millis.saturating_sub(self.options.threshold_millis));
            cases.push(Case { score: score.clamp(-SCORE_MAX, SCORE_MAX) / 1000.0, sign, cost, ..Case::default() });
        }
        Descent::new(columns, cases)
    }

    /// Weights in thousandths of score: those of the regression by that of the score itself.
    fn weights(&self, descent: &Descent) -> Weights {
        let millis = |weight: f64| {
            let bound = f64::from(*WEIGHT_MILLIS.end());
            #[expect(clippy::cast_possible_truncation, reason = "bounded just before")]
            let millis = (1000.0 * weight / descent.scale).clamp(-bound, bound).round() as i32;
            millis
        };
        let all = descent.weights.iter().map(|weight| millis(*weight)).enumerate();
        let mut weights: Weights = all.filter(|(_, weight)| weight.abs() >= WEIGHT_MIN).collect();
        weights.sort_by_key(|(term, weight)| (-weight.abs(), *term));
        weights.truncate(self.options.entries_max);
        weights
    }
}

/// One conversation in a fit.
#[derive(Clone, Copy, Debug, Default)]
struct Case {
    score: f64,
    /// 1 for negative, -1 otherwise.
    sign: f64,
    /// What an error costs, so that both labels cost the same together.
    cost: f64,
    margin: f64,
    /// The derivative of its cost by its margin.
    slope: f64,
}

impl Case {
    fn update(&mut self, by: f64) {
        self.margin += by;
        self.slope = -self.cost * self.sign / (1.0 + (self.sign * self.margin).exp());
    }
}

/// The state of a fit.
struct Descent {
    /// By term: the conversations that hold it.
    columns: Vec<Vec<usize>>,
    cases: Vec<Case>,
    weights: Vec<f64>,
    /// By term: the upper bound of the second derivative.
    bends: Vec<f64>,
    /// By term: what the penalty is multiplied by.
    prices: Vec<f64>,
    /// The weight of the score, and its bound.
    scale: f64,
    scale_bend: f64,
}

impl Descent {
    fn new(columns: Vec<Vec<usize>>, mut cases: Vec<Case>) -> Self {
        let scale = 1.0;
        for case in &mut cases {
            case.update(scale * case.score);
        }
        let cost = |index: &usize| cases.get(*index).map_or(0.0, |case: &Case| case.cost);
        let bends = columns.iter().map(|column| column.iter().map(cost).sum::<f64>() / 4.0).collect();
        let prices = prices(&columns, &cases);
        let scale_bend = cases.iter().map(|case| case.cost * case.score * case.score).sum::<f64>() / 4.0;
        Self { weights: vec![0.0; columns.len()], columns, bends, prices, cases, scale, scale_bend }
    }

    fn run(&mut self, penalty: f64) {
        for _ in 0..ROUNDS_MAX {
            let mut moved = self.move_scale();
            for term in 0..self.columns.len() {
                moved = moved.max(self.move_weight(term, penalty));
            }
            if moved < PRECISION {
                return;
            }
        }
    }

    fn move_scale(&mut self) -> f64 {
        if self.scale_bend <= 0.0 {
            return 0.0;
        }
        let slope: f64 = self.cases.iter().map(|case| case.slope * case.score).sum();
        let next = (self.scale - slope / self.scale_bend).max(SCALE_MIN);
        let step = next - self.scale;
        self.scale = next;
        self.cases.iter_mut().for_each(|case| case.update(step * case.score));
        step.abs()
    }

    fn move_weight(&mut self, term: usize, penalty: f64) -> f64 {
        let (Some(column), Some(bend), Some(price), Some(weight)) =
            (self.columns.get(term), self.bends.get(term), self.prices.get(term), self.weights.get_mut(term))
        else {
            return 0.0;
        };
        if *bend <= 0.0 {
            return 0.0;
        }
        let slope: f64 = column.iter().filter_map(|index| self.cases.get(*index)).map(|case| case.slope).sum();
        let penalty = penalty * price;
        let step = -(slope + penalty * *weight) / (bend + penalty);
        if step != 0.0 {
            *weight += step;
            for index in column {
                if let Some(case) = self.cases.get_mut(*index) {
                    case.update(step);
                }
            }
        }
        step.abs()
    }
}

/// Added to every ratio of [`prices`], so that no term is priceless.
const RATIO_MIN: f64 = 0.05;

/// What each term pays for its weight: the less, the further its share of the negative conversations is from its share of
/// the others.
fn prices(columns: &[Vec<usize>], cases: &[Case]) -> Vec<f64> {
    let count = |column: &[usize]| {
        let found = column.iter().filter_map(|index| cases.get(*index));
        found.fold(
            [1.0, 1.0],
            |[negative, other], case| {
                if case.sign > 0.0 { [negative + 1.0, other] } else { [negative, other + 1.0] }
            },
        )
    };
    let counts: Vec<[f64; 2]> = columns.iter().map(|column| count(column)).collect();
    let [negatives, others] = counts.iter().fold([0.0, 0.0], |[a, b], [negative, other]| [a + negative, b + other]);
    let ratio = |[negative, other]: &[f64; 2]| ((negative / negatives) / (other / others)).ln().abs();
    let price = |ratio: f64| (ratio + RATIO_MIN).powi(-2);
    counts.iter().map(ratio).map(price).collect()
}
