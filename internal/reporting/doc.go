// Package reporting is the vocabulary of the trade: who reports, for which
// month, which tables, what stands in them, and by when. It knows nobody else
// of the house, keeps nothing and owns no clock.
//
// Glossary. The trade speaks Chinese; each term has one English name in code:
//
//	进度表 城建项目进度表        progress table
//	问题台账 城建项目问题台账     issue ledger
//	滞后清单 进度滞后的项目清单   lagging list
//	零报告                      nil report
//	通报                        bulletin
//	送审稿                      draft (of a bulletin)
//	更正                        correction
//	催报                        chaser
//	报送提醒                    reminder
//	回执                        receipt
//	退改                        return
//	督办函                      supervision letter
//	序时进度                    pace
//	排位                        ranking
//	入统                        in statistics
//	应统未统                    started but not in statistics
//	应列未列                    behind the pace, not on the lagging list
//	销号                        closed (of an issue)
//	县（市、区）                 county
//	功能区                      zone
//	中心城区责任单位             central unit
//	报送单位                    submitter
//	责任单位                    responsible unit
//	合计、小计                   total, subtotal
//	冻结                        freeze: from then on the bulletin's inputs stand
//	疑点                        finding
//	待认领                      quarantine
package reporting
