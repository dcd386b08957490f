//! Counters in OpenMetrics. Labels come from fixed lists only: methods of the descriptor, status codes, kinds, labels,
//! levels, channels. Nothing that a caller chooses becomes a label.

use prometheus_client::{
    encoding::{EncodeLabelSet, text},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};

use crate::{assessment::Assessment, conversation::Channel, redact::Kind};

/// Upper bounds of the buckets of durations, in seconds: from the cost of a reply to the longest wait for an item.
const SECONDS: [f64; 12] = [0.000_1, 0.000_25, 0.001, 0.002_5, 0.01, 0.025, 0.1, 0.25, 1.0, 5.0, 30.0, 100.0];

/// A call: path of its method and canonical name of its status.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CallLabels {
    method: String,
    code: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct InteractionLabels {
    channel: &'static str,
    label: &'static str,
    level: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KindLabels {
    kind: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReasonLabels {
    reason: &'static str,
}

/// Every counter of the service.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    calls: Family<CallLabels, Counter>,
    seconds: Histogram,
    interactions: Family<InteractionLabels, Counter>,
    findings: Family<KindLabels, Counter>,
    withheld: Family<ReasonLabels, Counter>,
    dropped_attributes: Counter,
    /// Open connections.
    pub connections: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// Counters at zero.
    pub fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("triaged"),
            calls: Family::default(),
            seconds: Histogram::new(SECONDS),
            interactions: Family::default(),
            findings: Family::default(),
            withheld: Family::default(),
            dropped_attributes: Counter::default(),
            connections: Gauge::default(),
        };
        metrics.register();
        metrics
    }

    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register("calls", "Calls by method and status", self.calls.clone());
        registry.register("call_seconds", "Duration of calls", self.seconds.clone());
        registry.register("interactions", "Interactions assessed", self.interactions.clone());
        registry.register("findings", "Pieces of PII removed, by kind", self.findings.clone());
        registry.register("withheld", "Interactions whose text was not stored", self.withheld.clone());
        registry.register("dropped_attributes", "Attributes off the allow-list", self.dropped_attributes.clone());
        registry.register("connections", "Open connections", self.connections.clone());
    }

    /// Counts a call that ended.
    pub fn call(&self, method: &str, code: &'static str, seconds: f64) {
        self.calls.get_or_create(&CallLabels { method: method.to_owned(), code }).inc();
        self.seconds.observe(seconds);
    }

    /// Counts an assessed interaction.
    pub fn interaction(&self, channel: Channel, assessment: &Assessment, dropped_attributes: u32) {
        let labels = InteractionLabels {
            channel: channel.name(),
            label: assessment.sentiment.label.name(),
            level: assessment.priority.level.name(),
        };
        self.interactions.get_or_create(&labels).inc();
        self.dropped_attributes.inc_by(u64::from(dropped_attributes));
    }

    /// Counts a piece of PII that was removed.
    pub fn finding(&self, kind: Kind) {
        self.findings.get_or_create(&KindLabels { kind: kind.name() }).inc();
    }

    /// Counts an interaction whose text was not stored.
    pub fn withheld(&self, reason: &'static str) {
        self.withheld.get_or_create(&ReasonLabels { reason }).inc();
    }

    /// Everything in OpenMetrics text.
    pub fn text(&self) -> String {
        let mut page = String::new();
        if text::encode(&mut page, &self.registry).is_err() {
            page.clear();
        }
        page
    }
}
