package frontdesk

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"tongbao/internal/outbox"
	"tongbao/internal/reporting"
)

// Metrics tells Prometheus how the office stands. The figures are asked of the
// office at each scrape: there is no second count that could drift.
func (d Desk) Metrics(version string) http.Handler {
	r := prometheus.NewRegistry()
	build := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "tongbao_build_info", Help: "The version that runs; always 1.",
		ConstLabels: prometheus.Labels{"version": version}}, func() float64 { return 1 })
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), build, standing{d})
	return promhttp.HandlerFor(r, promhttp.HandlerOpts{})
}

// standing collects what Status says of the month that is being collected.
type standing struct{ Desk }

var (
	metricLetters    = prometheus.NewDesc("tongbao_letters", "Letters taken in, of all months.", nil, nil)
	metricQuarantine = prometheus.NewDesc("tongbao_quarantine_letters", "Letters that wait for the office.", nil, nil)
	metricOutbox     = prometheus.NewDesc("tongbao_outbox_letters", "Letters out by state.", []string{"state"}, nil)
	metricTables     = prometheus.NewDesc("tongbao_tables", "Tables owed for the current month by state.", []string{"table", "state"}, nil)
	metricRead       = prometheus.NewDesc("tongbao_mailbox_read_timestamp_seconds", "When all folders of the mailbox were read last.", nil, nil)
	metricTrouble    = prometheus.NewDesc("tongbao_mailbox_trouble", "1 while the mailbox cannot be read.", nil, nil)
	metricBounced    = prometheus.NewDesc("tongbao_bounced_addresses", "Addresses that refuse letters.", nil, nil)
)

// Describe lists what Collect may send.
func (s standing) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{metricLetters, metricQuarantine, metricOutbox, metricTables, metricRead, metricTrouble, metricBounced} {
		ch <- d
	}
}

// Collect asks the office.
func (s standing) Collect(ch chan<- prometheus.Metric) {
	st, err := s.Office.Status(reporting.Period{}, s.now())
	if err != nil {
		ch <- prometheus.NewInvalidMetric(metricLetters, err)
		return
	}
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	gauge(metricLetters, float64(st.Letters))
	gauge(metricQuarantine, float64(len(st.Quarantine)))
	gauge(metricBounced, float64(len(st.Bounced)))
	for _, state := range []outbox.State{outbox.Queued, outbox.Failed} {
		gauge(metricOutbox, float64(st.Outbox[string(state)]), string(state))
	}
	type cell struct {
		kind  reporting.Kind
		state reporting.State
	}
	count := map[cell]int{}
	for _, sub := range st.Submitters {
		for k, t := range sub.Tables {
			count[cell{k, t.State}]++
		}
	}
	for _, k := range reporting.Kinds {
		for state := range stateWords {
			gauge(metricTables, float64(count[cell{k, state}]), string(k), string(state))
		}
	}
	if st.Intake != nil {
		trouble := 0.0
		if st.Intake.LastError != "" {
			trouble = 1
		}
		gauge(metricTrouble, trouble)
		if !st.Intake.LastOK.IsZero() {
			gauge(metricRead, float64(st.Intake.LastOK.Unix()))
		}
	}
}
