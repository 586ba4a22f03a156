-- A negotiation that somebody manages goes on being managed. The check runs below the lock on the
-- negotiation's head, so that two managers who leave at once cannot both find the other still there.
CREATE FUNCTION gate.check_manager_stays(cs bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  talks bigint := (SELECT negotiation_id FROM gate.changeset WHERE id = cs);
BEGIN
  IF EXISTS (SELECT FROM public.negotiations_membership
              WHERE negotiation_id = talks AND role = 'manager')
     OR NOT EXISTS (SELECT FROM public.negotiations_negotiation WHERE id = talks) THEN
    RETURN;
  END IF;
  IF EXISTS (
    SELECT FROM gate.history now
      JOIN gate.history was USING (negotiation_id, table_name, row_id)
     WHERE now.changeset_id = cs AND now.table_name = 'negotiations_membership'
       AND now.operation IN ('U', 'D') AND was.id < now.id AND was.data->>'role' = 'manager'
  ) THEN
    RAISE EXCEPTION 'Nobody else manages the negotiation.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'manager_stays';
  END IF;
END $$;

SELECT gate.register_check('gate.check_manager_stays', ARRAY['negotiations_membership']);
