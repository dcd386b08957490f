//! Every engine against the one suite of `store_suite`.

#[cfg(test)]
mod store_suite;

#[cfg(test)]
#[expect(dead_code, reason = "it has more helpers than are needed here")]
mod store_embedded;

#[cfg(test)]
mod engines {
    use std::sync::Arc;

    use super::{
        store_embedded::Home,
        store_suite::{Opened, START},
    };

    /// An empty embedded store in a directory of its own.
    pub(crate) fn embedded() -> Opened {
        let (home, clock) = Home::new(START);
        let store = Arc::new(home.open().unwrap());
        Opened { store, clock, keep: Box::new(home) }
    }
}

conformance! { crate::engines::embedded;
    intake: everything_comes_back the_same_request_is_stored_once a_request_id_with_other_content_is_refused
        request_ids_belong_to_a_principal_and_end_after_seven_days a_source_ref_is_idempotent_for_ever
        a_higher_source_version_replaces_the_content a_newer_version_may_close_what_waited
        handling_decides_about_queue_and_state history_counts_earlier_days_of_people an_unknown_tenant_is_not_found
        a_live_conversation_is_scored_before_it_is_written a_fault_of_one_scoring_is_nobody_elses
        a_closed_store_is_unavailable;
    joining: the_reference_of_a_case_joins a_mail_thread_joins references_do_not_join_across_tenants
        the_same_person_alone_makes_a_possible_duplicate a_resolved_case_is_no_duplicate
        the_strongest_identifier_decides_and_nobody_is_merged a_customer_who_writes_again_reopens_the_case
        automatic_mail_neither_reopens_nor_raises thanks_neither_reopen_nor_raise_and_owe_no_reply a_second_contact_keeps_age_and_moves_forward_only
        what_waits_goes_on_waiting;
    reading: absent_and_foreign_are_not_found an_interaction_is_read_within_its_case_only
        interactions_come_oldest_first_and_at_most_a_hundred an_agent_sees_what_it_leases_or_handled
        filters_hold_together pages_lead_through_everything_once a_position_belongs_to_its_list_and_tenant
        open_cases_are_found_by_reference_and_identifier at_most_ten_open_cases_the_most_urgent_first;
    leasing: due_time_then_value_then_age items_of_one_due_time_and_value_go_by_age
        of_four_leases_three_are_emergencies
        urgent_items_pass_an_overdue_backlog lanes_come_before_the_preference_of_queues queues_are_asked_in_order_of_preference skills_and_languages_must_suit
        a_lease_tells_everything_of_its_item a_lease_ends_and_its_fence_holds a_clock_set_back_extends_no_lease
        leases_of_others_are_not_found a_renewed_lease_lives_on acknowledging_ends_the_work
        who_writes_during_a_lease_waits_again_after_it an_item_may_be_leased_by_name
        the_fence_goes_on_when_a_case_comes_back a_released_item_keeps_its_age an_item_leased_too_often_is_parked
        a_retried_request_gets_the_same_leases an_empty_answer_is_not_remembered who_waits_is_woken_by_a_new_item
        who_waits_is_woken_when_a_delay_ends one_item_goes_to_one_of_many the_queue_is_listed_in_pages
        service_time_is_kept;
    clocks: the_first_response_ends_with_the_answer a_contact_after_an_answer_has_a_due_time_of_its_own
        a_pause_by_hand_moves_the_due_time who_writes_during_a_pause_waits_no_longer_than_before
        a_case_that_is_opened_again_goes_on_with_its_resolution an_acknowledgement_beside_a_new_contact_is_no_answer
        what_was_never_queued_has_no_clocks the_targets_are_those_of_the_live_policy
        a_tier_that_is_set_moves_the_due_time what_targets_came_to_is_counted_by_day;
    casework: what_waits_in_a_source_is_for_who_speaks_its_language a_repeated_act_is_answered_only_while_the_case_may_be_seen closing_a_case_ends_its_item_and_its_lease a_newer_version_that_closes_is_told_to_the_lease
        a_case_is_changed_as_it_was_read_or_not_at_all a_case_that_changes_its_queue_keeps_its_place_and_lease
        an_agent_acts_on_what_it_leases merging_moves_everything_into_the_target
        who_waits_in_a_source_waits_in_the_target whoever_works_on_the_target_is_told_that_there_is_more
        a_merged_case_is_not_acted_on_again a_merge_needs_the_versions_that_were_read an_agent_merges_what_it_leases
        an_interaction_that_is_split_off_stands_as_if_it_had_come_alone the_last_interaction_of_a_case_stays nothing_leaves_a_case_that_is_held
        people_whose_cases_were_merged_are_erased_apart;
    bumping: a_bump_moves_into_the_express_lane_and_keeps_the_due_time a_bump_spends_a_daily_budget_of_its_own_person
        a_retried_bump_spends_nothing_more who_may_not_see_an_item_does_not_move_it
        a_worker_holds_no_more_leases_than_it_may;
    access: a_tenant_has_one_id a_token_opens_until_it_ends wrong_tokens_open_nothing
        every_credential_has_its_own_principal revoking_takes_effect_at_once_and_once
        credentials_are_listed_newest_first_in_pages;
    teaching: every_tenant_begins_with_the_shipped_policy a_revision_is_never_changed_and_the_newest_decides
        a_revision_goes_on_naming_its_lexicon a_shorter_period_of_retention_waits_three_days
        a_policy_that_was_changed_meanwhile_is_not_overwritten a_shadow_decides_nothing_and_ends_with_the_next_revision
        revisions_are_listed_in_pages_and_by_tenant
        a_correction_stands_beside_the_assessment_and_places_the_case_anew a_correction_ends_an_emergency
        only_what_is_open_to_the_reader_is_corrected a_newer_version_of_the_interaction_ends_its_correction
        scoring_anew_moves_what_waits_and_a_preview_does_not a_correction_survives_scoring_anew
        scoring_anew_goes_through_everything_once_and_can_be_resumed a_case_is_as_urgent_as_what_waits_in_it
        the_same_verdicts_move_nothing_and_take_no_lease
        samples_are_what_people_labelled counts_hide_what_few_people_did verdicts_of_a_shadow_are_counted;
    privacy: a_person_is_found_by_whatever_leads_there an_erasure_is_shown_and_then_done
        a_large_erasure_goes_on_part_by_part_and_counts_everything
        what_came_meanwhile_is_shown_before_it_is_erased a_retried_erasure_gets_the_same_answer
        others_in_the_same_case_stay two_who_are_made_one_go_together a_hold_needs_two_people
        a_second_credential_is_no_second_person
        an_erasure_waits_for_the_release_of_a_hold an_erasure_runs_by_itself_when_the_hold_ends
        a_case_is_deleted_as_it_was_read an_open_conversation_ends_with_its_person
        a_new_case_is_not_open_to_who_leased_an_erased_one
        the_text_of_a_resolved_case_goes_first_and_the_facts_later what_is_on_hold_is_kept_longer audit_events_go_last
        records_of_acts_go_as_the_audit_events_of_that_time
        a_merged_case_and_its_person_expire_too a_retried_deletion_gets_the_same_answer nothing_is_left_of_who_was_named_by_mistake;
    orders: a_purge_matches_all_its_conditions a_purge_takes_a_second_person_and_nothing_that_came_later
        a_purge_waits_a_day_for_its_second_person a_long_purge_is_resumed_until_it_is_done
        a_purge_leaves_what_is_on_hold an_export_takes_a_day_a_second_person_and_happens_once
        an_export_is_of_what_was_shown_whoever_is_linked_meanwhile
        an_export_of_many_is_whole nothing_is_sealed_to_a_revoked_recipient;
    offboarding: everything_is_read_once_and_in_pages an_off_boarding_takes_three_days_and_two_people
        an_off_boarding_waits_a_day_for_its_second_person what_came_after_the_reading_is_not_lost
        a_tenant_on_hold_stays nothing_is_left_of_a_tenant_and_all_of_the_others;
}
