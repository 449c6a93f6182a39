package review

import "tongbao/internal/reporting"

func totalsAddUp(d *desk)    {}
func countsAgree(d *desk)    {}
func unitsPlausible(d *desk) {}

func comparePrevious(d *desk, before reporting.Table) {}
